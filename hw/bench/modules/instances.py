"""The instances of modules in the benches: instance, module, parameters."""

from __future__ import annotations

from earloop.spec.design import load_design
from earloop.spec.fixed import compile_design
from earloop.spec.program import Program

# The two ROMs contain the program of the reference design.
PROGRAM = Program(compile_design(load_design()))
_ROW_BITS = (len(PROGRAM.rows) - 1).bit_length()


def _buffer(channels: int, bands: int, patch: int, banks: int) -> tuple[str, dict[str, int]]:
    return "patch_buffer", {"CHANNELS": channels, "BANDS": bands, "PATCH": patch, "BANKS": banks}


def _history(channels: int, factor: int, taps: int, code_bits: int = 24) -> tuple[str, dict[str, int]]:
    return "history", {"CHANNELS": channels, "FACTOR": factor, "TAPS": taps, "CODE_BITS": code_bits}


def _mac(a: int, b: int, c: int, split: int, place_bits: int, places: int, acc: int) -> tuple[str, dict[str, int]]:
    widths = {"A_BITS": a, "B_BITS": b, "C_BITS": c, "ACC_BITS": acc}
    return "mac", {**widths, "SPLIT": split, "PLACE_BITS": place_bits, "PLACES": places}


INSTANCES: dict[str, tuple[str, dict[str, int]]] = {
    "ram_200": ("ram", {"WIDTH": 8, "DEPTH": 200, "ADDRESS_BITS": 8}),
    "single_port_ram_200": ("single_port_ram", {"WIDTH": 8, "DEPTH": 200, "ADDRESS_BITS": 8}),
    "event_counter_4": ("event_counter", {"COUNT_BITS": 4}),
    "saturate_9_to_5": ("saturate", {"IN_BITS": 9, "OUT_BITS": 5}),
    "saturate_6_to_5": ("saturate", {"IN_BITS": 6, "OUT_BITS": 5}),
    "saturate_39_to_32": ("saturate", {"IN_BITS": 39, "OUT_BITS": 32}),
    "quantizer_32": ("quantizer", {"STATE_BITS": 32, "TOKEN_BITS": 16}),
    "quantizer_18": ("quantizer", {"STATE_BITS": 18, "TOKEN_BITS": 16}),
    "mac_reference": _mac(25, 31, 17, 18, 16, 2, 55),
    "mac_widest_parts": _mac(31, 31, 30, 9, 5, 4, 64),
    "mac_narrowest": _mac(16, 16, 3, 9, 1, 1, 40),
    "mac_whole": _mac(34, 31, 17, 33, 16, 2, 46),
    "operand_reference": ("operand", {"ERROR_BITS": 16, "SPLIT": 18, "A_BITS": 25}),
    "operand_split_high": ("operand", {"ERROR_BITS": 1, "SPLIT": 33, "A_BITS": 34}),
    "sequencer_1": ("sequencer", {"CHANNELS": 1, "ROW_BITS": 6}),
    "sequencer_4": ("sequencer", {"CHANNELS": 4, "ROW_BITS": 6}),
    "sequencer_8": ("sequencer", {"CHANNELS": 8, "ROW_BITS": 6}),
    "history_4": _history(4, 5, 11),
    "history_1": _history(1, 1, 1),
    "history_8": _history(8, 3, 31),
    "history_2": _history(2, 4, 3, code_bits=12),
    "patch_buffer_two_banks": _buffer(2, 3, 4, 2),
    "patch_buffer_one_bank": _buffer(2, 3, 4, 1),
    "patch_buffer_smallest": _buffer(1, 1, 1, 2),
    "patch_buffer_one_word": _buffer(1, 1, 1, 1),
    "patch_buffer_widest": _buffer(8, 16, 2, 2),
    "patch_buffer_longest": _buffer(1, 2, 255, 1),
    "control_rom_reference": ("control_rom", {"ROW_BITS": _ROW_BITS}),
    "product_rom_reference": ("product_rom", {"ROW_BITS": _ROW_BITS, "DATA_BITS": 7 + PROGRAM.b_bits}),
}


def instances_of(module: str) -> dict[str, dict[str, int]]:
    """Return the parameters of each instance of a module, by the instance's name."""
    return {name: parameters for name, (kind, parameters) in INSTANCES.items() if kind == module}
