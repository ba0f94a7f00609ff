"""Starting and stopping the converters, and the DRDY line (SBAS499C, sections 9.4.1 and 9.4.4 to 9.4.6)."""

from __future__ import annotations

from earloop.sim.ads1299.conversion import Conversion, Samples

UPDATE_CYCLES = 4  # DRDY is high before new data that follow unread ones, section 9.4.1.1


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
        """At once and without data, as a reset or standby does."""
        self.running = self.finishing = self.single_shot = self._ready = False

    def start(self, cycle: int, rate_hz: int, *, single_shot: bool) -> None:
        """Empty the filter and convert from this cycle on; until the next start the mode stays as it is now."""
        self._conversion.restart(cycle, rate_hz)
        self.running, self.finishing, self.single_shot, self._ready = True, False, single_shot, False

    def finish(self) -> None:
        """Stop after the conversion in progress."""
        self.finishing = self.running

    def read(self) -> None:
        """SCLK has moved: DRDY rises, but for single-shot data."""
        self._ready &= self.single_shot

    def cycles_left(self, cycle: int, samples: int = 1) -> int | None:
        """From this cycle until so many conversions are complete; None while nothing is being converted."""
        return self._conversion.cycle_of(samples) - cycle if self.running else None

    def drdy(self, cycle: int) -> bool:
        """Level of the line; low (False) says that data are ready."""
        left = self.cycles_left(cycle)
        return not self._ready or (left is not None and left <= UPDATE_CYCLES)

    def run(self, cycle: int) -> Samples | None:
        """Whatever is complete by this cycle, or None."""
        count = self._conversion.due(cycle) if self.running else 0
        if not count:
            return None
        if self.single_shot or self.finishing:
            count, self.running, self.finishing = 1, False, False
        self._ready = True
        return self._conversion.take(count)
