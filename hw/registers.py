"""The tokenizer's registers by name, over any way of reading and writing words: SPI, a bus, a simulation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from earloop.hw.generated.register_map import REGISTERS
from earloop.spec.design import Design
from earloop.spec.errors import EarloopError

MAGIC = int.from_bytes(b"EARL", "big")


@dataclass(frozen=True)
class Size:
    """What a core was built for; `patch` in samples."""

    channels: int
    bands: int
    patch: int


@dataclass(frozen=True)
class Counters:
    """Events since the core was enabled; each stays at its largest value."""

    saturated_inputs: int
    saturated_bands: int
    saturated_tokens: int
    dropped_frames: int
    lost_frames: int


class TokenizerRegisters:
    """The registers of one core.

    Parameters
    ----------
    read : gives the 32-bit word at a byte address
    write : puts a word (second) at a byte address (first)
    """

    def __init__(self, read: Callable[[int], int], write: Callable[[int, int], None]) -> None:
        self._read, self._write = read, write

    def check(self, design: Design) -> None:
        """Refuse what is no tokenizer, and one of another design.

        Raises
        ------
        EarloopError
            Names what was found and what was wanted.
        """
        found = self._word("id")
        if found != MAGIC:
            raise EarloopError(f"no tokenizer answers: its identity reads {found:08x}, wanted {MAGIC:08x} (EARL)")
        if self.design_hash() != design.design_hash:
            raise EarloopError(
                f"the core was built for the design {self.design_hash()[:12]}, asked to run {design.design_hash[:12]}; "
                "build it anew, or take the design it was built for"
            )

    def size(self) -> Size:
        """Channels, bands and samples of a token."""
        word = self._word("size")
        return Size(**{name: _bits(word, *place) for name, place in REGISTERS["size"][2].items()})

    def design_hash(self) -> str:
        """The hash of the design that the core was built for, in hexadecimal."""
        return "".join(f"{self._word('design_hash', i):08x}" for i in range(REGISTERS["design_hash"][1]))

    def enabled(self) -> bool:
        """Whether the core runs."""
        return bool(self._word("control"))

    def enable(self, on: bool = True) -> None:
        """Let the core run, from reset, or hold it there."""
        self._put("control", int(on))

    def band_mask(self) -> int:
        """Bit b: packets of band b leave."""
        return self._word("band_mask")

    def set_band_mask(self, mask: int) -> None:
        """Choose the bands whose packets leave, from the next patch that is complete.

        Raises
        ------
        EarloopError
            The mask has other bits than the sixteen of the register.
        """
        if not 0 <= mask <= 0xFFFF:
            raise EarloopError(f"band mask {mask:#x}: wanted 16 bits, one a band")
        self._put("band_mask", mask)

    def counters(self) -> Counters:
        """All counters."""
        return Counters(**{name: self._word(name) for name in Counters.__dataclass_fields__})

    def token_shifts(self) -> tuple[int, ...]:
        """The shift of each band."""
        return tuple(self._word("token_shift", band) for band in range(self.size().bands))

    def set_token_shifts(self, shifts: Sequence[int]) -> None:
        """Give each band its shift; halt the core first, or tokens of one patch differ in scale.

        Raises
        ------
        EarloopError
            There are more or fewer than bands, or one is outside 0 to 31.
        """
        bands = self.size().bands
        if len(shifts) != bands or not all(0 <= shift <= 31 for shift in shifts):
            raise EarloopError(f"token shifts {list(shifts)}: wanted {bands} from 0 to 31")
        for band, shift in enumerate(shifts):
            self._put("token_shift", shift, band)

    def _word(self, name: str, index: int = 0) -> int:
        return self._read(REGISTERS[name][0] + 4 * index)

    def _put(self, name: str, value: int, index: int = 0) -> None:
        self._write(REGISTERS[name][0] + 4 * index, value)


def _bits(word: int, low: int, width: int) -> int:
    return word >> low & ((1 << width) - 1)
