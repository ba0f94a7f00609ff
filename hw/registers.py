"""The tokenizer's registers by name, over any access to words: SPI, a bus, a simulation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from earloop.hw.generated.register_map import REGISTERS
from earloop.spec.design import Design
from earloop.spec.errors import EarloopError

MAGIC = int.from_bytes(b"EARL", "big")


@dataclass(frozen=True)
class CoreSize:
    """The sizes that a core was built for; `patch` in samples."""

    channels: int
    bands: int
    patch: int


@dataclass(frozen=True, kw_only=True)
class Counters:
    """Numbers of events since the core was enabled; a counter stops at its largest value."""

    saturated_inputs: int
    saturated_bands: int
    saturated_tokens: int
    dropped_frames: int
    lost_frames: int


class TokenizerRegisters:
    """The registers of one core.

    Parameters
    ----------
    read : returns the 32-bit word at a byte address
    write : writes a word (second argument) to a byte address (first argument)
    """

    def __init__(self, read: Callable[[int], int], write: Callable[[int, int], None]) -> None:
        self._read, self._write = read, write

    def check(self, design: Design) -> None:
        """Check that a tokenizer of this design answers.

        Raises
        ------
        EarloopError
            No tokenizer answers, or one of another design.
        """
        found = self._word("id")
        if found != MAGIC:
            raise EarloopError(f"no tokenizer answers: its identity reads {found:08x}, wanted {MAGIC:08x} (EARL)")
        if self.design_hash() != design.design_hash:
            raise EarloopError(
                f"the core was built for design {self.design_hash()[:12]}, wanted {design.design_hash[:12]}; build the "
                "core again, or use the design that it was built for"
            )

    def size(self) -> CoreSize:
        """Read the numbers of channels, bands and samples per patch."""
        word = self._word("size")
        return CoreSize(**{name: _bits(word, *place) for name, place in REGISTERS["size"][2].items()})

    def design_hash(self) -> str:
        """Read the hash of the design that the core was built for, in hexadecimal."""
        return "".join(f"{self._word('design_hash', i):08x}" for i in range(REGISTERS["design_hash"][1]))

    def enabled(self) -> bool:
        """Return whether the core runs."""
        return bool(self._word("control"))

    def enable(self, on: bool = True) -> None:
        """Start the core from reset, or hold it in reset."""
        self._put("control", int(on))

    def band_mask(self) -> int:
        """Read the band mask: bit b is set where packets of band b are sent."""
        return self._word("band_mask")

    def set_band_mask(self, mask: int) -> None:
        """Choose the bands whose packets are sent, from the next complete patch on.

        Raises
        ------
        EarloopError
            The mask has other bits than the sixteen of the register.
        """
        if not 0 <= mask <= 0xFFFF:
            raise EarloopError(f"band mask {mask:#x}: wanted 16 bits, one per band")
        self._put("band_mask", mask)

    def counters(self) -> Counters:
        """Read all counters."""
        return Counters(**{name: self._word(name) for name in Counters.__dataclass_fields__})

    def token_shifts(self) -> tuple[int, ...]:
        """Read the shift of each band."""
        return tuple(self._word("token_shift", band) for band in range(self.size().bands))

    def set_token_shifts(self, shifts: Sequence[int]) -> None:
        """Set the shift of each band; hold the core in reset first, or tokens of one patch differ in scale.

        Raises
        ------
        EarloopError
            The number of shifts is not that of the bands, or a shift is outside 0 to 31.
        """
        bands = self.size().bands
        if len(shifts) != bands or not all(0 <= shift <= 31 for shift in shifts):
            raise EarloopError(f"token shifts {list(shifts)}: wanted {bands} values from 0 to 31")
        for band, shift in enumerate(shifts):
            self._put("token_shift", shift, band)

    def _word(self, name: str, index: int = 0) -> int:
        return self._read(REGISTERS[name][0] + 4 * index)

    def _put(self, name: str, value: int, index: int = 0) -> None:
        self._write(REGISTERS[name][0] + 4 * index, value)


def _bits(word: int, low: int, width: int) -> int:
    return word >> low & ((1 << width) - 1)
