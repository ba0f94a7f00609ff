"""Start and stop of the converters, and the DRDY line (SBAS499C, sections 9.4.1 and 9.4.4 to 9.4.6)."""

from __future__ import annotations

from earloop.sim.ads1299.conversion import Conversion, ConvertedSamples

UPDATE_CYCLES = 4  # after unread data, DRDY is high for so long before the next, section 9.4.1.1


class Sequencer:
    """Continuous or single-shot conversions between a start and a stop.

    Parameters
    ----------
    conversion : the converters
    """

    def __init__(self, conversion: Conversion) -> None:
        self._conversion = conversion
        self.halt()

    def halt(self) -> None:
        """Stop at once and drop the conversion in progress, as a reset or standby does."""
        self.running = self.finishing = self.single_shot = self._ready = False

    def start(self, cycle: int, rate_hz: int, *, single_shot: bool) -> None:
        """Empty the filter and convert from this cycle on; the mode stays until the next start."""
        self._conversion.restart(cycle, rate_hz)
        self.running, self.finishing, self.single_shot, self._ready = True, False, single_shot, False

    def finish(self) -> None:
        """Stop after the conversion in progress."""
        self.finishing = self.running

    def read(self) -> None:
        """Register an SCLK: DRDY rises, except with single-shot data."""
        self._ready &= self.single_shot

    def cycles_left(self, cycle: int, samples: int = 1) -> int | None:
        """Return the cycles from `cycle` until `samples` conversions are complete; None while nothing is converted."""
        return self._conversion.cycle_of(samples) - cycle if self.running else None

    def drdy(self, cycle: int) -> bool:
        """Return the level of the line; low (False) means that data are ready."""
        left = self.cycles_left(cycle)
        return not self._ready or (left is not None and left <= UPDATE_CYCLES)

    def run(self, cycle: int) -> ConvertedSamples | None:
        """Return the conversions that are complete by this cycle, or None."""
        count = self._conversion.due(cycle) if self.running else 0
        if not count:
            return None
        if self.single_shot or self.finishing:
            count, self.running, self.finishing = 1, False, False
        self._ready = True
        return self._conversion.take(count)
