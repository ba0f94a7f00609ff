"""Descriptions of the events of a synthetic session, for the columns of a BIDS events table.

`EVENTS` has a description of each label, and the unit of its amplitude. A label may end in the name of its electrode,
`lift_off/T9`. All other labels are names of activities in the scenario, which a user may write.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from earloop.recordings.recording import Annotation

NOT_KNOWN = "n/a"  # as BIDS writes it
SHARE = "1"
EVENTS = {
    "blink": ("Blink; amplitude at the eye", "uV"),
    "saccade_left": ("Jump of the gaze to the left", "deg"),
    "saccade_right": ("Jump of the gaze to the right", "deg"),
    "saccade_up": ("Jump of the gaze upwards", "deg"),
    "saccade_down": ("Jump of the gaze downwards", "deg"),
    "pursuit": ("The gaze follows a target to and fro", "deg"),
    "rolling_eyes": ("Slow rolling eye movement of falling asleep", "deg"),
    "nystagmus": ("Nystagmus; amplitude is the mean of its beats", "deg"),
    "jaw_clench": ("The jaw is clenched; amplitude is a share of the strongest contraction", SHARE),
    "chew": ("One stroke of chewing; amplitude is a share of the strongest contraction", SHARE),
    "speech": ("A phrase; amplitude is a share of the strongest contraction", SHARE),
    "swallow": ("A swallow; amplitude is a share of the strongest contraction", SHARE),
    "frown": ("A frown; amplitude is a share of the strongest contraction", SHARE),
    "head_turn": ("The head is turned; amplitude is a share of the strongest turn, positive by the left neck", SHARE),
    "step": ("Heel strike", "g"),
    "fidget": ("Short movement of head and body", "g"),
    "r_peak": ("R peak of the heart; amplitude at the ears", "uV"),
    "ectopic_beat": ("R peak of a beat that comes early; amplitude at the ears", "uV"),
    "spindle": ("Sleep spindle, peak to peak", "uV"),
    "k_complex": ("K complex of sleep, peak to peak", "uV"),
    "slow_wave": ("Slow wave of deep sleep, peak to peak", "uV"),
    "ssvep": ("Steady response to a flicker; amplitude is the flicker's frequency", "Hz"),
    "assr": ("Steady response to a modulated sound; amplitude is the modulation's frequency", "Hz"),
    "p300_target": ("A rare picture; amplitude of its P300 at the scalp", "uV"),
    "p300_standard": ("A frequent picture; amplitude of its P300 at the scalp", "uV"),
    "n170_face": ("Picture of a face; amplitude of its N170 at the scalp", "uV"),
    "n170_house": ("Picture of a house; amplitude of its N170 at the scalp", "uV"),
    "electrode_pop": ("An electrode's potential jumps", "uV"),
    "lift_off": ("An electrode lifts off; amplitude is the factor on its impedance", SHARE),
}
SOURCES = {
    "scenario": "What the person is told to do, or what happens around them",
    "eog": "Eyes and lids",
    "emg": "Muscles of face, jaw, throat and neck",
    "ecg": "Heart",
    "eeg": "Brain",
    "motion": "Movements of the head",
    "contact": "Contact between electrode and skin",
}
UNITS = {"uV": "microvolt", "deg": "degree of gaze", "g": "9.81 m/s^2", "Hz": "hertz", SHARE: "no unit"}


def amplitude_unit(note: Annotation) -> str:
    """Return the unit of an annotation's amplitude; `n/a` if it is unknown."""
    return EVENTS.get(_kind(note.label), ("", NOT_KNOWN))[1] if note.amplitude is not None else NOT_KNOWN


def within(notes: Iterable[Annotation], samples: int, sfreq: float) -> list[tuple[float, float, Annotation]]:
    """Return onset and duration in s of each event within the recording, rounded to a sample and cut; and the event."""
    onsets = ((round(note.onset_s * sfreq), note) for note in notes)
    return [
        (sample / sfreq, min(note.duration_s, (samples - sample) / sfreq), note)
        for sample, note in onsets
        if sample < samples
    ]


def describe_columns(notes: Iterable[Annotation], values: dict[str, str]) -> dict[str, Any]:
    """Return the sidecar of an events table: description, unit and levels of each column.

    values : the labels, by their numbers in the column `value`
    """
    notes = list(notes)
    labels = {note.label: _description(note.label) for note in notes}
    sources = sorted({note.source for note in notes if note.source})
    units = sorted({unit for note in notes if (unit := amplitude_unit(note)) != NOT_KNOWN})
    return {
        "onset": {"Description": "Onset of the event, from the first sample", "Units": "s"},
        "duration": {"Description": "Duration of the event; 0 of an instant", "Units": "s"},
        "trial_type": {"Description": "What happens", "Levels": dict(sorted(labels.items()))},
        "value": {"Description": "Number of the trial_type within this file", "Levels": values},
        "sample": {"Description": "Number of the sample at the onset; the first is 0"},
        "amplitude": {"Description": "Size of the event, in the unit that amplitude_unit gives"},
        "amplitude_unit": {"Description": "Unit of amplitude", "Levels": {unit: UNITS[unit] for unit in units}},
        "source": {
            "Description": "What makes the event",
            "Levels": {source: SOURCES.get(source, "Named by the scenario") for source in sources},
        },
    }


def _kind(label: str) -> str:
    return label.partition("/")[0]


def _description(label: str) -> str:
    if (kind := _kind(label)) not in EVENTS:
        return f"{label}, as the scenario calls it"
    site = label.removeprefix(kind).lstrip("/")
    return EVENTS[kind][0] + (f"; electrode {site}" if site else "")
