"""BrainVision: a header and markers of any text beside binary samples."""

from __future__ import annotations

from pathlib import Path

from recordings import read_recording
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
FORMATS_OF_VALUES = {"INT_16": 2, "INT_32": 4, "IEEE_FLOAT_32": 4}
MARKERS = [
    "Stimulus,S  7,3,1,0",
    "New Segment,,1,1,0,20200101000000000000",
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
    files = {
        "a.vhdr": damaged(chance, "\n".join(lines).encode("utf-8", "replace"), share=8),
        "a.vmrk": damaged(chance, "\n".join([*marker_file, *markers]).encode("utf-8", "replace"), share=8),
        "a.eeg": damaged(chance, data, share=8),
    }
    lost = chance.choice(["", "", "", "", "", "", "", "a.vmrk", "a.eeg"])
    return {name: content for name, content in files.items() if name != lost}


def read_brainvision(folder: Path) -> None:
    check_sane(read_recording(folder / "a.vhdr", max_gb=MAX_GB))


FORMATS = {"brainvision": Format(brainvision_files, read_brainvision)}
