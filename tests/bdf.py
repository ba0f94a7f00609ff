"""The codes of a BDF file, by nothing but its layout (BioSemi, "Which file format does BioSemi use?")."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FIXED_HEADER = 256  # bytes; as many again for each channel
CHANNEL_FIELDS_BEFORE_SAMPLES = 16 + 80 + 8 + 8 + 8 + 8 + 8 + 80


def bdf_codes(path: Path) -> NDArray[np.int32]:
    """Codes [samples, channels] of a file whose channels all have one rate."""
    data = path.read_bytes()
    assert data[:8] == b"\xffBIOSEMI"
    header, records, channels = (int(data[start : start + size]) for start, size in ((184, 8), (236, 8), (252, 4)))
    assert header == FIXED_HEADER * (1 + channels)
    first = FIXED_HEADER + CHANNEL_FIELDS_BEFORE_SAMPLES * channels
    counts = {int(data[first + 8 * i : first + 8 * i + 8]) for i in range(channels)}
    assert len(counts) == 1
    octets = np.frombuffer(data, np.uint8, offset=header).reshape(records, channels, counts.pop(), 3).astype(np.int32)
    codes = octets[..., 0] | octets[..., 1] << 8 | octets[..., 2] << 16
    signed = np.where(codes >= 1 << 23, codes - (1 << 24), codes)
    result: NDArray[np.int32] = signed.swapaxes(1, 2).reshape(-1, channels).astype(np.int32)
    return result
