"""Several chips on one bus, each one's DOUT on the DAISY_IN of the one before (SBAS499C, page 65).

    host <-- DOUT [ first ] DAISY_IN <-- DOUT [ second ] DAISY_IN <-- 0
                     |                          |
    SCLK, DIN, CS, START, RESET, CLK -----------+

With DAISY_EN 0, which is the default, a read gives the first chip's frame, one bit that means nothing, then the second
chip's frame, and so on. Commands and registers that are written reach all of them; registers are read from the first.
To program one alone, give it a chip select of its own: use `chips[n]` itself for that, then the chain for the data.
"""

from __future__ import annotations

from collections.abc import Sequence

from earloop.sim.ads1299.chip import Ads1299, Ads1299Error


class DaisyChain:
    """Chips that share every line but DOUT.

    Parameters
    ----------
    chips : from the one that the host reads on; on one clock, as `clock` of each says

    Raises
    ------
    Ads1299Error
        No chip, or chips whose times differ: they run on one clock.
    """

    def __init__(self, chips: Sequence[Ads1299]) -> None:
        if not chips or len({(chip.clock_hz, chip.cycle) for chip in chips}) > 1:
            raise Ads1299Error(f"a chain of {len(chips)} chips: want one or more, on one clock and at the same time")
        self.chips = tuple(chips)

    @property
    def drdy(self) -> bool:
        """Level of the first chip's DRDY."""
        return self.chips[0].drdy

    def set_cs(self, level: bool) -> None:
        """CS of all."""
        for chip in self.chips:
            chip.set_cs(level)

    def set_start(self, level: bool) -> None:
        """START of all."""
        for chip in self.chips:
            chip.set_start(level)

    def set_reset(self, level: bool) -> None:
        """RESET of all."""
        for chip in self.chips:
            chip.set_reset(level)

    def transfer(self, mosi: bytes, *, byte_s: float | None = None) -> bytes:
        """One transaction with all of them, CS low for as long as it takes."""
        self.set_cs(False)
        miso = self.shift(mosi, byte_s=byte_s)
        self.set_cs(True)
        return miso

    def shift(self, mosi: bytes, *, byte_s: float | None = None) -> bytes:
        """SCLKs to all of them; returns what the first has on DOUT."""
        dout = b""
        for chip in reversed(self.chips):
            dout = chip.shift(mosi, daisy_in=dout, byte_s=byte_s)
        return dout

    def advance(self, seconds: float = 0.0, *, cycles: int = 0) -> int:
        """Let time pass for all; returns how often the first chip's DRDY fell."""
        fallen, *_ = [chip.advance(seconds, cycles=cycles) for chip in self.chips]
        return fallen
