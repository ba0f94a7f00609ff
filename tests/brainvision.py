"""BrainVision recordings, line by line from the specification (BrainVision Core Data Format 1.0)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def write_brainvision(
    folder: Path,
    samples: NDArray[np.generic] | bytes | str,
    channels: Sequence[str] = ("T7,,0.5,uV", "T8,,0.5,uV"),
    markers: Sequence[str] = (),
    *,
    name: str = "a.vhdr",
    encoding: str = "utf-8",
    ascii_infos: Mapping[str, object] | None = None,
    **infos: object,
) -> Path:
    """A recording; `infos` are lines of [Common Infos] and [Binary Infos], None to leave one out."""
    stem = name.rsplit(".", 1)[0]
    common: dict[str, object] = {
        "DataFile": f"{stem}.eeg",
        "MarkerFile": f"{stem}.vmrk",
        "DataFormat": "BINARY" if ascii_infos is None else "ASCII",
        "DataOrientation": "MULTIPLEXED",
        "NumberOfChannels": len(channels),
        "SamplingInterval": 10000,
    }
    binary: dict[str, object] = {"BinaryFormat": "INT_16"}
    for key, value in infos.items():
        (binary if key in ("BinaryFormat", "UseBigEndianOrder") else common)[key] = value
    sections = {
        "Common Infos": common,
        **({"Binary Infos": binary} if ascii_infos is None else {"ASCII Infos": ascii_infos}),
        "Channel Infos": {f"Ch{i}": text for i, text in enumerate(channels, start=1)},
    }
    lines = ["Brain Vision Data Exchange Header File Version 1.0", "; a comment"]
    for section, values in sections.items():
        lines += ["", f"[{section}]", *(f"{key}={value}" for key, value in values.items() if value is not None)]
    path = folder / name
    path.write_bytes("\r\n".join([*lines, "", "[Comment]", "DataFile=no key here", ""]).encode(encoding))
    content = samples.encode() if isinstance(samples, str) else samples
    (folder / f"{stem}.eeg").write_bytes(content if isinstance(content, bytes) else content.tobytes())
    marked = [f"Mk{i}={text}" for i, text in enumerate(markers, start=1)]
    head = ["Brain Vision Data Exchange Marker File, Version 1.0", "[Common Infos]", f"DataFile={stem}.eeg"]
    (folder / f"{stem}.vmrk").write_bytes("\r\n".join([*head, "[Marker Infos]", *marked, ""]).encode(encoding))
    return path
