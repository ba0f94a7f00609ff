"""The tokenizer's registers. Generated from spec/registers.rdl; change that, then run: earloop spec generate."""

from __future__ import annotations

# name: (address in bytes, how many in a row, fields by name: (lowest bit, width))
REGISTERS: dict[str, tuple[int, int, dict[str, tuple[int, int]]]] = {
    "id": (0x00, 1, {"magic": (0, 32)}),
    "size": (0x04, 1, {"channels": (0, 8), "bands": (8, 8), "patch": (16, 8)}),
    "control": (0x08, 1, {"enable": (0, 1)}),
    "band_mask": (0x0C, 1, {"bands": (0, 16)}),
    "saturated_inputs": (0x10, 1, {"count": (0, 32)}),
    "saturated_bands": (0x14, 1, {"count": (0, 32)}),
    "saturated_tokens": (0x18, 1, {"count": (0, 32)}),
    "dropped_frames": (0x1C, 1, {"count": (0, 32)}),
    "lost_frames": (0x20, 1, {"count": (0, 32)}),
    "design_hash": (0x40, 8, {"bytes": (0, 32)}),
    "token_shift": (0x80, 16, {"shift": (0, 5)}),
}
