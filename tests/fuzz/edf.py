"""EDF and BDF: fields of the header of any text, records of any bytes; what edfio reads of them, too, is the same."""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

import edfio
import numpy as np

from earloop.recordings import describe_file, open_recording, read_recording
from earloop.recordings.reading.opened_file import OpenedFile
from tests.fuzz.chance import Chance
from tests.fuzz.formats import Files, Format
from tests.fuzz.mutate import damaged
from tests.fuzz.sane import MAX_GB, check_sane

TEXTS = [
    "",
    "-1",
    "0",
    "1",
    "2",
    "10",
    "1e3",
    "99999999",
    "nan",
    "inf",
    "-inf",
    "1_0",
    "1.5",
    "x",
    "\xb5",
    "\0",
    "0x10",
]
MAGIC = b"\xffBIOSEMI"
ANNOTATIONS = ("EDF Annotations", "BDF Annotations")
LABELS = ["T7", "T8", "EEG Fpz-Cz", "EDF Annotations", "BDF Annotations", "Status", "T7", "", "\xb5V", "TRIGGER"]
UNITS = ["uV", "uV", "mV", "V", "nV", "\xb5V", "", "degC", "%", "Boolean"]
TALS = [
    b"+1\x14\x14\0",
    b"+13.5\x14\x14\0",
    b"+0\x14\x14\0",
    b"+0.5\x150.25\x14blink\x14\0",
    b"-1\x14early\x14\0",
    b"+1e99\x14x\x14\0",
    b"\x14\0",
]


def field(chance: Chance, value: object, width: int) -> bytes:
    text = chance.choice([chance.choice(TEXTS), chance.text(8, 255)]) if chance.oddly() else str(value)
    return text.encode("latin-1", "replace")[:width].ljust(width)


def edf_files(chance: Chance, suffix: str) -> Files:
    wide = 3 if suffix == ".bdf" else 2
    top = 2 ** (8 * wide - 1)
    signals, records = chance.randint(1, 4), chance.randint(1, 4)
    rate = chance.choice([1, 10, 50])
    rates = [chance.choice([rate, rate, rate, 2 * rate, 1]) for _ in range(signals)]
    labels = [chance.choice(LABELS) for _ in range(signals)]

    def each(values: list[object], width: int) -> bytes:
        return b"".join(field(chance, value, width) for value in values)

    head = b"\xffBIOSEMI" if wide == 3 else b"0       "
    head += each(["X X X X", chance.choice(["Startdate 01-JAN-2020 X X X", "X"])], 80)
    head += each([chance.choice(["01.01.20", "31.02.99", "00.00.00"]), "00.00.00"], 8)
    head += field(chance, 256 * (signals + 1), 8)
    head += field(chance, chance.choice(["", "EDF+C", "EDF+D", "BDF+C", "24BIT"]), 44)
    head += field(chance, records, 8) + field(chance, chance.choice([1, 1, 0.1, 10, 0]), 8) + field(chance, signals, 4)
    head += each(labels, 16) + each([""] * signals, 80)
    head += each([chance.choice(UNITS) for _ in range(signals)], 8)
    head += each([-1000] * signals, 8) + each([1000] * signals, 8)
    head += each([-top] * signals, 8) + each([top - 1] * signals, 8)
    head += each([""] * signals, 80) + each(list(rates), 8) + each([""] * signals, 32)
    body = b""
    for record in range(records):
        for label, count in zip(labels, rates, strict=True):
            size = wide * count
            if "Annotations" in label:
                stamp = b"" if chance.one_in(8) else f"+{record}\x14\x14\0".encode()
                tal = stamp + b"".join(chance.choices(TALS, k=chance.randint(0, 3)))
                body += tal[:size].ljust(size, b"\0")
            else:
                body += (chance.binary(1, 24) * size)[:size]
    return {f"a{suffix}": damaged(chance, head + body, share=6)}


def reader(suffix: str) -> Any:
    def read(folder: Path) -> None:
        path = folder / f"a{suffix}"
        opened = open_recording(path)
        _check_same(opened, path.read_bytes())
        describe_file(path)
        check_sane(read_recording(path, max_gb=MAX_GB))

    return read


def _check_same(opened: OpenedFile, content: bytes) -> None:
    """Compare every channel with what edfio makes of the same bytes, where it makes anything of them.

    It takes only the annotations of its own format for such, so those of the other format are left out of its signals.
    So is a channel that is slower than the one whose bits cut the recording: it is cut at the sample that is nearest.
    Of a file with more records than its header counts, edfio reads all. Where limits of codes are no whole numbers,
    such as 1e3, it gives the codes.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            read = edfio.read_bdf if content.startswith(MAGIC) else edfio.read_edf
            theirs = [
                s
                for s in read(BytesIO(content), header_encoding="latin-1").signals
                if s.label.strip() not in ANNOTATIONS
            ]
            values = [signal.data for signal in theirs]
            _ = [(s.digital_min, s.digital_max, s.physical_min, s.physical_max) for s in theirs]
        except Exception:  # whatever it says of a damaged file
            return
    assert len(theirs) == len(opened.channels)
    is_cut, fastest_hz = any(part.unknown_gap for part in opened.parts), max(c.rate_hz for c in opened.channels)
    for i, (channel, signal) in enumerate(zip(opened.channels, theirs, strict=True)):
        if channel.scale is None or (is_cut and channel.rate_hz < fastest_hz):
            continue
        parts = [opened.read([i], part)[0] for part in range(len(opened.parts))]
        found = np.concatenate(parts)
        wanted = values[i] * channel.scale
        if any("records more than" in note for note in opened.notes):
            wanted = wanted[: len(found)]
        largest = channel.scale * max(abs(signal.physical_min), abs(signal.physical_max), np.abs(values[i]).max())
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-9 * largest)
        assert np.isclose(channel.rate_hz, signal.sampling_frequency, rtol=1e-9)


FORMATS = {
    "edf": Format(lambda chance: edf_files(chance, ".edf"), reader(".edf")),
    "bdf": Format(lambda chance: edf_files(chance, ".bdf"), reader(".bdf")),
}
