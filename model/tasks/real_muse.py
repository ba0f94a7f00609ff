"""Tasks from a headband's recordings behind the ears, with a marker at each stimulus: SSVEP, N170, P300, visual fields.

The files are those of muse-lsl (Barachant et al. 2019, doi:10.5281/zenodo.3228861), of two people,
`visual_KIND_subjectN_sessionN_DATE.csv.gz`: TP9 and TP10 against Fpz at 256 Hz, uV. The notebooks of the recordings
(NeuroTechX, eeg-notebooks) give the meaning of the markers of N170, P300 and SSVEP. They do not say which side marker 1
of the visual fields is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from earloop.model.config import ModelError
from earloop.model.tasks.cut import Cue, cut_epochs
from earloop.model.tasks.epochs import Epochs
from earloop.model.tokens.token_stream import TokenStream
from earloop.model.tokens.tokenize import tokenize
from earloop.recordings import read_recording
from earloop.spec.design import Design
from earloop.spec.variants import vary_reference

SFREQ = 256.0
NAME = re.compile(
    r"visual_(?P<kind>[A-Za-z0-9-]+)_subject(?P<subject>\d+)_session(?P<session>\d+)_(?P<run>.+)\.csv\.gz"
)


@dataclass(frozen=True, kw_only=True)
class MuseTask:
    """One experiment.

    kind : its name in the file names
    mains_hz : frequency of the hum in the recordings, 18 to 47 dB above its surroundings; the other frequency has none
    markers : class of each marker
    begins_s : start of an epoch after its marker
    patches : patches per epoch
    """

    kind: str
    mains_hz: Literal[50, 60]
    markers: dict[str, str]
    begins_s: float
    patches: int


SSVEP = MuseTask(
    kind="SSVEP", mains_hz=60, markers={"1": "30 Hz", "2": "20 Hz"}, begins_s=0.3, patches=10
)  # 2.5 of three seconds, when the response is steady
N170 = MuseTask(kind="N170", mains_hz=60, markers={"1": "house", "2": "face"}, begins_s=0.0, patches=3)
P300 = MuseTask(kind="P300", mains_hz=50, markers={"1": "standard", "2": "target"}, begins_s=0.0, patches=3)
LEFT_RIGHT = MuseTask(
    kind="left-right", mains_hz=60, markers={"1": "side 1", "2": "side 2"}, begins_s=0.0, patches=2
)  # the next stimulus follows after 0.4 s


def behind_the_ears(mains_hz: Literal[50, 60]) -> Design:
    """Return the reference design with the headband's electrodes behind the ears."""
    return vary_reference(
        electrodes={"left": ["TP9"], "right": ["TP10"], "reference": ["Fpz"]}, notch={"mains_hz": mains_hz}
    )


def load_muse(task: MuseTask, folder: Path, design: Design | None = None) -> Epochs:
    """Return the epochs of all recordings of one experiment in the folder of real recordings; each file is a run.

    Parameters
    ----------
    design : a design with electrodes of the headband; None means `behind_the_ears` at the recordings' mains

    Raises
    ------
    ModelError
        There is no recording of that experiment.
    RecordingError
        A recording is damaged.
    """
    design = design or behind_the_ears(task.mains_hz)
    files = [(path, NAME.fullmatch(path.name)) for path in sorted((folder / "muse").glob("*.csv.gz"))]
    streams: list[TokenStream] = []
    cues: list[Cue] = []
    for path, parts in files:
        if parts is None or parts["kind"] != task.kind:
            continue
        recording = read_recording(path, rate_hz=SFREQ, channels=design.channels)
        cues += [
            Cue(len(streams), note.onset_s + task.begins_s, task.markers[note.label])
            for note in recording.annotations
            if note.label in task.markers
        ]
        subject, session, run = parts["subject"], parts["session"], parts["run"]
        streams.append(tokenize(recording, design, name=path.name, subject=subject, session=session, run=run))
    if not streams:
        raise ModelError(f"{folder / 'muse'}: no recording visual_{task.kind}_subjectN_sessionN_*.csv.gz is in it")
    return cut_epochs(
        f"real {task.kind}", design, tuple(streams), cues, task.patches, tuple(sorted(task.markers.values()))
    )
