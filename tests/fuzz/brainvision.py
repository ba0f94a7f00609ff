"""BrainVision: a header and markers of any text beside samples; what MNE reads of them, too, is the same."""

from __future__ import annotations

import warnings
from pathlib import Path

import mne
import numpy as np

from earloop.recordings import describe_file, open_recording, read_recording
from earloop.recordings.reading.opened_file import OpenedFile
from tests.fuzz.chance import Chance
from tests.fuzz.formats import Files, Format
from tests.fuzz.mutate import damaged
from tests.fuzz.sane import MAX_GB, check_sane

TEXTS = [
    "",
    "0",
    "-1",
    "1",
    "2",
    "1e9",
    "nan",
    "inf",
    "0.5",
    "x",
    "a.eeg",
    "a.vhdr",
    "../a.eeg",
    "/dev/zero",
    ".",
    "µ",
    "\0",
]
MORE = ["[Comment]", "[Coordinates]", "Ch1=1,0,90", "Impedance [kOhm] at 10:00:00 :", "T7: 5", ";x", "="]
UNITS = ["uV", "µV", "mV", "V", "nV", "", "C", "n/a"]
VOLTS = {"": 1e-6, "uV": 1e-6, "µV": 1e-6, "mV": 1e-3, "V": 1.0, "nV": 1e-9}  # of those, what MNE knows
FORMATS_OF_VALUES = {"INT_16": 2, "INT_32": 4, "IEEE_FLOAT_32": 4}
MARKERS = [
    "Stimulus,S  7,3,1,0",
    "New Segment,,1,1,0,20200101000000000000",
    "New Segment,,5,1,0,20200101000001000000",
    "New Segment,,5,1,0",
    "Comment,a\\1b,2,0,0",
    "Response,R 1,999,1,0",
]


def any_text(chance: Chance) -> str:
    return chance.choice([chance.choice(TEXTS), chance.odd_text()])


def value(chance: Chance, valid: object) -> str:
    return any_text(chance) if chance.oddly() else str(valid)


def brainvision_files(chance: Chance) -> Files:
    channels, samples = chance.randint(1, 3), chance.randint(0, 20)
    kind = chance.choice(sorted(FORMATS_OF_VALUES))
    names = ["T7", "T8", "", "T7"]

    def line(key: str, valid: object) -> str:
        return f"{key}={value(chance, valid)}"

    lines = [
        chance.choice(
            ["Brain Vision Data Exchange Header File Version 1.0", "BrainVision V-Amp Header File Version 1.0"]
        ),
        "[Common Infos]",
        line("DataFile", "a.eeg"),
        line("MarkerFile", "a.vmrk"),
        line("DataFormat", chance.choice(["BINARY", "BINARY", "BINARY", "ASCII"])),
        line("DataOrientation", chance.choice(["MULTIPLEXED", "MULTIPLEXED", "VECTORIZED"])),
        line("DataType", "TIMEDOMAIN"),
        line("NumberOfChannels", channels),
        line("DataPoints", samples),
        line("SamplingInterval", chance.choice([10000, 5000, 3906.25, 1])),
        "[Binary Infos]",
        line("BinaryFormat", kind),
        *chance.choices(["UseBigEndianOrder=NO", "UseBigEndianOrder=YES"], k=chance.choice([0, 0, 0, 1])),
        *chance.choices(["[ASCII Infos]", "DecimalSymbol=,", "SkipLines=1", "SkipColumns=1"], k=chance.randint(0, 2)),
        "[Channel Infos]",
        *[line(f"Ch{i + 1}", f"{names[i]},,{value(chance, 0.5)},{chance.choice(UNITS)}") for i in range(channels)],
        *chance.choices(MORE, k=chance.choice([0, 0, 0, 1, 3])),
    ]
    for _ in range(chance.randint(0, 1) * chance.randint(0, 2)):
        at = chance.randint(0, len(lines) - 1)
        lines[at : at + 1] = chance.choice([[], [lines[at]] * 2, [any_text(chance)]])
    markers = [f"Mk{i + 1}={value(chance, chance.choice(MARKERS))}" for i in range(chance.randint(0, 3))]
    marker_file = [
        "Brain Vision Data Exchange Marker File, Version 1.0",
        "[Common Infos]",
        "DataFile=a.eeg",
        "[Marker Infos]",
    ]
    data = (chance.binary(1, 24) * 300)[: channels * samples * FORMATS_OF_VALUES[kind]]
    if "DataFormat=ASCII" in lines:
        rows = [" ".join(str(chance.randint(-99, 99) / 4) for _ in range(channels)) for _ in range(samples)]
        data = "\n".join(rows).encode()
    files = {
        "a.vhdr": damaged(chance, "\n".join(lines).encode("utf-8", "replace"), share=8),
        "a.vmrk": damaged(chance, "\n".join([*marker_file, *markers]).encode("utf-8", "replace"), share=8),
        "a.eeg": damaged(chance, data, share=8),
    }
    lost = chance.choice(["", "", "", "", "", "", "", "a.vmrk", "a.eeg"])
    return {name: content for name, content in files.items() if name != lost}


def read_brainvision(folder: Path) -> None:
    path = folder / "a.vhdr"
    opened = open_recording(path)
    _check_same(opened)
    describe_file(path)
    check_sane(read_recording(path, max_gb=MAX_GB))


def _check_same(opened: OpenedFile) -> None:
    """Compare every channel in a unit that MNE knows with what it reads, where it reads anything.

    MNE knows neither big-endian samples, nor text of another shape than numbers between blanks.
    """
    text = opened.path.read_bytes()
    if b"UseBigEndianOrder=YES" in text or b"ASCII" in text:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            raw = mne.io.read_raw_brainvision(opened.path, verbose="error")
            volts = raw.get_data()
        except Exception:  # whatever it says of a damaged file
            return
    assert len(volts) == len(opened.channels)
    for i, channel in enumerate(opened.channels):
        if channel.scale is None or channel.unit not in VOLTS:
            continue
        found = np.concatenate([opened.read([i], part)[0] for part in range(len(opened.parts))])
        np.testing.assert_allclose(found, 1e6 * volts[i], rtol=1e-9, atol=0)
        assert np.isclose(channel.rate_hz, raw.info["sfreq"], rtol=1e-9)


FORMATS = {"brainvision": Format(brainvision_files, read_brainvision)}
