"""A minimal writer of GDF 1.25 (Schloegl, arXiv cs/0608052): what data set 2b comes in, for tests to read back."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

INT16 = 3  # GDF's number of the type
FULL_SCALE_UV = 100.0  # of 2b's amplifier


def write_gdf(path: Path, uv: np.ndarray, sfreq: int, channels: list[str], events: list[tuple[int, int]]) -> None:
    """Write uV [samples, channels], whole seconds, with events (sample from 0, type); NaN becomes the lowest code."""
    count, records = uv.shape[1], len(uv) // sfreq
    codes = np.where(np.isnan(uv), -32768, np.rint(uv / FULL_SCALE_UV * 32767)).astype("<i2")

    def text(value: str, size: int) -> bytes:
        return value.encode().ljust(size)

    head = text("GDF 1.25", 8) + text("X X", 80) + text("test", 80) + text("2008010112000000", 16)
    head += struct.pack("<q", 256 * (count + 1)) + bytes(24) + bytes(20)
    head += struct.pack("<qIII", records, 1, 1, count)
    fields = [
        b"".join(text(name, 16) for name in channels),
        text("", 80 * count),
        text("uV", 8) * count,
        struct.pack(f"<{count}d", *[-FULL_SCALE_UV] * count),
        struct.pack(f"<{count}d", *[FULL_SCALE_UV] * count),
        struct.pack(f"<{count}q", *[-32767] * count),
        struct.pack(f"<{count}q", *[32767] * count),
        text("", 80 * count),
        struct.pack(f"<{count}i", *[sfreq] * count),
        struct.pack(f"<{count}i", *[INT16] * count),
        bytes(32 * count),
    ]
    body = codes.reshape(records, sfreq, count).transpose(0, 2, 1).tobytes()
    table = bytes([1]) + sfreq.to_bytes(3, "little") + struct.pack("<I", len(events))
    table += struct.pack(f"<{len(events)}I", *[sample + 1 for sample, _ in events])
    table += struct.pack(f"<{len(events)}H", *[kind for _, kind in events])
    path.write_bytes(head + b"".join(fields) + body + table)
