"""Sleep-EDF Expanded, sleep cassettes: five stages of sleep, every 30 s.

Layout and names from https://physionet.org/content/sleep-edfx/1.0.0/ (Kemp et al. 2000; ODC-BY 1.0)::

    SC4ssNEO-PSG.edf         subject ss, night N; EEG Fpz-Cz, EEG Pz-Oz and EOG horizontal at 100 Hz, uV
    SC4ssN*-Hypnogram.edf    EDF+ annotations: Sleep stage W, 1, 2, 3, 4, R, ?, and Movement time; the last letters,
                             of the hypnogram's scorer, differ

Stages are those of Rechtschaffen and Kales; 3 and 4 are the AASM's N3. As is usual, the day is cut to half an hour
before the first sleep and half an hour after the last.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from earloop.model.config import ModelError
from earloop.model.tasks.datasets.folder import Found, find_files, of_subjects
from earloop.model.tasks.datasets.kept import Cued, cued_epochs
from earloop.model.tasks.datasets.montage import Montage
from earloop.model.tasks.epochs import Epochs
from earloop.model.tokens.token_stream import TokenStream
from earloop.model.tokens.tokenize import tokenize
from earloop.recordings import Annotation, read_recording
from earloop.spec.design import Design

NAME = re.compile(r"SC4(?P<subject>\d\d)(?P<night>\d)[A-Z]\d-PSG\.edf")
LAYOUT = "SC4ssNEO-PSG.edf and SC4ssN*-Hypnogram.edf"
FILE_CHANNELS = {"Fpz_Cz": "EEG Fpz-Cz", "Pz_Oz": "EEG Pz-Oz", "EOG": "EOG horizontal"}
# All three channels; each is the difference of a separate pair of electrodes.
MONTAGE = Montage(
    available=tuple(FILE_CHANNELS), left=("Fpz_Cz", "Pz_Oz"), right=("EOG",), reference="bipolar", mains_hz=50
)
STAGES = {
    "Sleep stage W": "W",
    "Sleep stage 1": "N1",
    "Sleep stage 2": "N2",
    "Sleep stage 3": "N3",
    "Sleep stage 4": "N3",
    "Sleep stage R": "R",
}
CLASSES = ("W", "N1", "N2", "N3", "R")
STAGE_S = 30.0
AROUND_S = 1800.0  # part of the day that is used before the first sleep and after the last


def load(
    folder: Path | str,
    design: Design | None = None,
    subjects: Collection[str] | None = None,
    cache: Path | str | None = None,
) -> Epochs:
    """Return epochs of 30 s with their stages; each night is a session.

    Parameters
    ----------
    design : a design with some of the channels Fpz_Cz, Pz_Oz and EOG; None means all three
    subjects : subjects as in the file names, such as `00`; None means all; a night of three channels is half a gigabyte
        of tokens
    cache : folder in which tokens are stored, and from which they are read by memory map; None means no cache

    Raises
    ------
    ModelError
        The folder, its files or a subject are missing, a recording has no readable hypnogram, or a stage never occurs.
    RecordingError
        A recording is damaged.
    """
    design = MONTAGE.design("Sleep-EDF", design)
    found = of_subjects(find_files(folder, NAME, LAYOUT), subjects)
    patches = round(STAGE_S * design.token_rate_hz / design.tokens.patch)
    return cued_epochs("Sleep-EDF", design, _nights(found, design), patches, CLASSES, cache)


def _nights(found: Found, design: Design) -> Iterator[Cued]:
    """Yield every night with its stages, from `AROUND_S` before the first sleep to `AROUND_S` after the last."""
    for path, name in found:
        stages = _stages(path, f"SC4{name['subject']}{name['night']}*-Hypnogram.edf")
        asleep = [note for note in stages if note.label != "W"]
        if not asleep:
            raise ModelError(f"{path}: its hypnogram has no sleep; it is empty, damaged, or of another night")
        start_s = max(0.0, asleep[0].onset_s - AROUND_S)
        end_s = asleep[-1].onset_s + asleep[-1].duration_s + AROUND_S
        cues = [
            (onset_s - start_s, note.label)
            for note in stages
            for onset_s in _onsets(note)
            if start_s <= onset_s and onset_s + STAGE_S <= end_s
        ]
        make = partial(_night, path, name["subject"], name["night"], design, start_s, end_s)
        yield Cued(file=path, name=f"{path.stem}_{start_s:.0f}_{end_s:.0f}", make=make, cues=cues)


def _night(path: Path, subject: str, night: str, design: Design, start_s: float, end_s: float) -> TokenStream:
    """Return the tokens of a part of a recording."""
    whole = read_recording(path, channels=[FILE_CHANNELS[channel] for channel in design.channels])
    first, last = round(start_s * whole.sfreq), round(end_s * whole.sfreq)
    part = replace(whole, data=whole.data[first:last], channels=design.channels, annotations=())
    return tokenize(part, design, name=path.stem, subject=subject, session=night, run="1")


def _stages(psg: Path, pattern: str) -> list[Annotation]:
    """Return the scored spans of a night, in the order of onsets."""
    import mne

    found = sorted(psg.parent.glob(pattern))
    if len(found) != 1:
        raise ModelError(f"{psg}: {len(found)} files {pattern} are in its folder; wanted one")
    try:
        notes = mne.read_annotations(found[0])
    except Exception as error:  # a damaged file raises errors of many types, from ValueError to UnicodeDecodeError
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(f"{found[0]}: not a readable hypnogram: {reason}") from None
    scored = [
        Annotation(float(note["onset"]), float(note["duration"]), STAGES[note["description"]])
        for note in notes
        if note["description"] in STAGES
    ]
    return sorted(scored, key=lambda note: note.onset_s)


def _onsets(span: Annotation) -> list[float]:
    """Return the onset of each 30 s in a span."""
    return [span.onset_s + k * STAGE_S for k in range(int(span.duration_s / STAGE_S + 1e-6))]
