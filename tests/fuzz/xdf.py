"""XDF: chunks of any length, headers of any text, time stamps that no clock gives."""

from __future__ import annotations

import json
import struct
from dataclasses import asdict
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import pyxdf

from earloop.recordings import ReadOptions, describe_file, open_recording, read_recording
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
    "3",
    "1e9",
    "nan",
    "inf",
    "9" * 30,
    "x",
    "string",
    "float32",
    "codes",
    "µV",
    "<a>" * 50,
    "&#0;",
]
SIZES = {"float32": 4, "double64": 8, "int8": 1, "int16": 2, "int32": 4, "int64": 8}
UNITS = ["microvolts", "uV", "codes", "mV", "", "degC"]
STAMPS = [0.0, 1.0, -1.0, 1e9, 1e300, float("nan"), float("inf"), 5e-324]


def text(chance: Chance, valid: object) -> str:
    return chance.choice([chance.choice(TEXTS), chance.odd_text()]) if chance.oddly() else escape(str(valid))


def chunk(chance: Chance, tag: int, content: bytes) -> bytes:
    length = 2 + len(content)
    if chance.randint(0, 40) == 40:
        length = chance.choice([0, 1, 2, length + 1, 2**31, 2**32 - 1])
    if chance.randint(0, 20) == 20:
        return b"\x08" + struct.pack("<QH", length, tag) + content
    return b"\x04" + struct.pack("<IH", length, tag) + content


def stream(chance: Chance, number: int, kind: str) -> list[bytes]:
    """The chunks of one stream, in order."""
    markers = kind == "Markers"
    form = "string" if markers else chance.choice(sorted(SIZES))
    channels, count, rate = chance.randint(1, 3), chance.randint(0, 12), 0 if markers else 10
    described = "".join(
        f"<channel><label>{text(chance, f'c{i}')}</label><unit>{text(chance, chance.choice(UNITS))}</unit></channel>"
        for i in range(channels)
    )
    described = f"<channels>{described}</channels>" if chance.one_in(2) else ""
    header = (
        f"<?xml version='1.0'?><info><name>{text(chance, 'ear')}</name><type>{text(chance, kind)}</type>"
        f"<channel_count>{text(chance, channels)}</channel_count><nominal_srate>{text(chance, rate)}</nominal_srate>"
        f"<channel_format>{text(chance, form)}</channel_format><source_id>x</source_id><desc>{described}</desc></info>"
    )
    tag = struct.pack("<I", number)
    parts = [chunk(chance, 2, tag + header.encode("utf-8", "replace"))]
    at, start = 0, chance.choice([1000.0, 0.0, -5.0])
    while at < count:
        here = min(count - at, chance.randint(1, 6))
        rows = b""
        for i in range(at, at + here):
            stamp = start + i / 10 if chance.randint(0, 50) < 50 else chance.choice(STAMPS)
            rows += b"\x08" + struct.pack("<d", stamp) if i == at or chance.randint(0, 3) == 3 else b"\0"
            if markers:
                rows += b"\x01\x02ab" * channels
            else:
                rows += (chance.binary(1, 8) * 24)[: channels * SIZES[form]]
        said = here if chance.randint(0, 30) else chance.choice([0, 1, 255, 2**31, 2**63])
        width = b"\x01" + bytes([said]) if said < 256 else b"\x08" + struct.pack("<Q", said)
        parts.append(chunk(chance, 3, tag + width + rows))
        if chance.randint(0, 4) == 4:
            times = [at + start, 0.25] if chance.randint(0, 9) else [chance.choice(STAMPS) for _ in range(2)]
            parts.append(chunk(chance, 4, tag + struct.pack("<dd", *times)))
        at += here
    if chance.randint(0, 12):
        first, last = text(chance, start), text(chance, start + count / 10)
        footer = (
            f"<info><first_timestamp>{first}</first_timestamp><last_timestamp>{last}</last_timestamp>"
            f"<sample_count>{text(chance, count)}</sample_count></info>"
        )
        parts.append(chunk(chance, 6, tag + footer.encode("utf-8", "replace")))
    return parts


def xdf_files(chance: Chance) -> Files:
    kinds = chance.choice([["EEG"], ["EEG", "Markers"], ["Markers"], ["EEG", "EEG"], ["EMG", "Gaze"]])
    numbers = chance.choice([[1, 2], [1, 1], [7, 0], [2**32 - 1, 3]])
    parts = [part for number, kind in zip(numbers, kinds, strict=False) for part in stream(chance, number, kind)]
    for _ in range(chance.randint(0, 1) * chance.randint(0, 3)):
        at = chance.randint(0, len(parts) - 1)
        other = chance.choice(
            [[], [parts[at]] * 2, [chunk(chance, 5, b"boundary"), parts[at]], [chunk(chance, 9, b"?")]]
        )
        parts[at : at + 1] = other
        if not parts:
            break
    head = chunk(chance, 1, b"<?xml version='1.0'?><info><version>1.0</version></info>")
    return {"a.xdf": damaged(chance, b"XDF:" + head + b"".join(parts), share=8)}


def read_xdf(folder: Path) -> None:
    """What is read must be sane, and the very values that pyxdf finds; what is refused may still be listed."""
    path = folder / "a.xdf"
    info = describe_file(path, ReadOptions(max_gb=MAX_GB))
    json.dumps(asdict(info))
    parts = [read_recording(path, max_gb=MAX_GB, part=part.number) for part in info.parts]
    for part in parts:
        check_sane(part)
    check_values(np.concatenate([part.data for part in parts]), parts[0].channels, path)


def check_values(data: np.ndarray, names: tuple[str, ...], path: Path) -> None:
    """Raise AssertionError where a sample is not what pyxdf, by itself, makes of the file."""
    opened = open_recording(path, ReadOptions(max_gb=MAX_GB))
    number = int(str(opened.stream).split(" ", 1)[0])
    (stream,), _ = pyxdf.load_xdf(path, select_streams=number, dejitter_timestamps=False, synchronize_clocks=False)
    positions = [[channel.name for channel in opened.channels].index(name) for name in names]
    scales = np.array([opened.channels[position].scale for position in positions], np.float64)
    np.testing.assert_array_equal(data, stream["time_series"][:, positions] * scales)


FORMATS = {"xdf": Format(xdf_files, read_xdf)}
