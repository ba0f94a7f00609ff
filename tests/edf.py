"""EDF and BDF files, byte by byte from their specifications (Kemp et al. 1992; Kemp and Olivan 2003; BioSemi)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class EdfSignal:
    """codes : integers [records, samples a record]; texts : bytes of each record instead, for annotations."""

    label: str | bytes
    codes: NDArray[np.integer] | None = None
    texts: Sequence[bytes] | None = None
    unit: str | bytes = "uV"
    physical: tuple[object, object] = (-1000, 1000)
    digital: tuple[object, object] = (-2000, 2000)

    def records(self, sample_bytes: int) -> list[bytes]:
        if self.texts is not None:
            size = -(-max(len(text) for text in self.texts) // sample_bytes) * sample_bytes
            return [text.ljust(size, b"\0") for text in self.texts]
        assert self.codes is not None
        wide = np.ascontiguousarray(self.codes.astype("<i4"))[..., np.newaxis].view(np.uint8)
        return [record[:, :sample_bytes].tobytes() for record in wide]


def edf_bytes(
    signals: Sequence[EdfSignal], *, record_s: object = 1, reserved: str = "", sample_bytes: int = 2, records: int = -2
) -> bytes:
    """A file; `records` is what the header counts, where it is not how many there are."""
    bodies = [signal.records(sample_bytes) for signal in signals]
    counted = len(bodies[0]) if records == -2 else records
    head = b"\xffBIOSEMI" if sample_bytes == 3 else _field("0", 8)
    head += _field("X X X X", 80) + _field("Startdate 01-JAN-2020 X X X", 80) + b"01.01.2000.00.00"
    head += _field(256 * (1 + len(signals)), 8) + _field(reserved, 44) + _field(counted, 8) + _field(record_s, 8)
    head += _field(len(signals), 4)
    columns: list[tuple[int, list[object]]] = [
        (16, [signal.label for signal in signals]),
        (80, ["" for _ in signals]),
        (8, [signal.unit if signal.texts is None else "" for signal in signals]),
        (8, [signal.physical[0] for signal in signals]),
        (8, [signal.physical[1] for signal in signals]),
        (8, [signal.digital[0] for signal in signals]),
        (8, [signal.digital[1] for signal in signals]),
        (80, ["" for _ in signals]),
        (8, [len(body[0]) // sample_bytes for body in bodies]),
        (32, ["" for _ in signals]),
    ]
    head += b"".join(_field(value, width) for width, values in columns for value in values)
    return head + b"".join(record for together in zip(*bodies, strict=True) for record in together)


def tal(onset: object, *texts: str, duration: object = None) -> bytes:
    """A time-stamped annotation list, with its sign and its final zero; `tal(3)` begins a record."""
    sign = "" if str(onset)[0] in "+-" else "+"
    lasts = "" if duration is None else f"\x15{duration}"
    return f"{sign}{onset}{lasts}\x14{chr(20).join(texts)}\x14\0".encode()


def _field(value: object, width: int) -> bytes:
    raw = value if isinstance(value, bytes) else str(value).encode()
    assert len(raw) <= width, f"{value!r} does not fit {width} characters"
    return raw.ljust(width)
