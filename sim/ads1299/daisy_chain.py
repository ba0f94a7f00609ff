"""Several chips on one bus: the DOUT of each is the DAISY_IN of the one before (SBAS499C, page 65).

    host <-- DOUT [ first ] DAISY_IN <-- DOUT [ second ] DAISY_IN <-- 0
                     |                          |
    SCLK, DIN, CS, START, RESET, CLK -----------+

With DAISY_EN 0, the default, a read gives the first chip's frame, one bit without meaning, then the second chip's
frame, and so on. Commands and register writes reach all chips; register reads come from the first. To program one chip
alone, give it a separate chip select: use `chips[n]` for that, then the chain for the data.
"""

from __future__ import annotations

from collections.abc import Sequence

from earloop.sim.ads1299.chip import Ads1299, Ads1299Error


class DaisyChain:
    """Chips that share every line but DOUT.

    Parameters
    ----------
    chips : in order, beginning with the one that the host reads; all with the same clock

    Raises
    ------
    Ads1299Error
        There is no chip, or the chips differ in clock or time.
    """

    def __init__(self, chips: Sequence[Ads1299]) -> None:
        if not chips or len({(chip.clock_hz, chip.cycle) for chip in chips}) > 1:
            raise Ads1299Error(f"a chain of {len(chips)} chips: it needs one or more, with one clock and the same time")
        self.chips = tuple(chips)

    @property
    def drdy(self) -> bool:
        """Level of the first chip's DRDY."""
        return self.chips[0].drdy

    def set_cs(self, level: bool) -> None:
        """Set CS of all chips."""
        for chip in self.chips:
            chip.set_cs(level)

    def set_start(self, level: bool) -> None:
        """Set START of all chips."""
        for chip in self.chips:
            chip.set_start(level)

    def set_reset(self, level: bool) -> None:
        """Set RESET of all chips."""
        for chip in self.chips:
            chip.set_reset(level)

    def transfer(self, mosi: bytes, *, byte_s: float | None = None) -> bytes:
        """Exchange bytes with all chips in one transaction, during which CS is low."""
        self.set_cs(False)
        miso = self.shift(mosi, byte_s=byte_s)
        self.set_cs(True)
        return miso

    def shift(self, mosi: bytes, *, byte_s: float | None = None) -> bytes:
        """Clock bytes to all chips without a change of CS; returns the bytes on the first chip's DOUT."""
        dout = b""
        for chip in reversed(self.chips):
            dout = chip.shift(mosi, daisy_in=dout, byte_s=byte_s)
        return dout

    def advance(self, seconds: float = 0.0, *, cycles: int = 0) -> int:
        """Advance the time of all chips; returns how often the first chip's DRDY fell."""
        fallen, *_ = [chip.advance(seconds, cycles=cycles) for chip in self.chips]
        return fallen
