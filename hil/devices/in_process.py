"""The two devices that need no link: the golden model itself, and the Verilated RTL."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earloop.hil.devices.tap_choice import NO_WISH, TapWish, tap_names
from earloop.hil.run.device import Advance, DeviceRun, Identity, InProcess
from earloop.hil.run.golden import run_golden
from earloop.hw import LiveRtl, build_runner, run_rtl
from earloop.spec.fixed import FixedDesign
from earloop.spec.messages import Tap

OFFERED = Tap.DECIMATED | Tap.NOTCHED | Tap.BANDS | Tap.TOKENS


def _asked_for(wish: TapWish) -> tuple[str, ...]:
    """Names of the taps beside tokens."""
    return tap_names((wish.of(OFFERED) if wish.names else OFFERED) & ~Tap.TOKENS)


class GoldenDevice(InProcess):
    """The golden model as a device: what a perfect device gives, and the way to test the rig itself.

    Parameters
    ----------
    wish : the taps that it is asked for; without any all that it offers
    """

    def __init__(self, fixed: FixedDesign, wish: TapWish = NO_WISH) -> None:
        self._fixed, self._taps = fixed, _asked_for(wish)
        self.identity = Identity("golden", "integer golden model", fixed.design.design_hash, "")

    def run(self, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
        """Every tap, as the definition has it."""
        taps = run_golden(self._fixed, codes, advance).taps
        return DeviceRun(taps.tokens, {name: getattr(taps, name) for name in self._taps})


class RtlDevice(InProcess):
    """The Verilog tokenizer, compiled by Verilator.

    Parameters
    ----------
    image : a runner built elsewhere; by default the tree's own Verilog is built
    wish : the taps that it is asked for; without any all that it offers
    """

    def __init__(self, fixed: FixedDesign, image: Path | None = None, wish: TapWish = NO_WISH) -> None:
        self._fixed, self._taps = fixed, _asked_for(wish)
        self._binary = image or build_runner(fixed)
        build = hashlib.sha256(self._binary.read_bytes()).hexdigest()[:16]
        self.identity = Identity("rtl", f"Verilated {self._binary.name}", fixed.design.design_hash, build)

    def live(self) -> LiveRtl:
        """One that is fed block by block, from its reset on."""
        return LiveRtl(self._binary, self._fixed.design)

    def run(self, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
        """Every tap, and the clocks that it took."""
        run = run_rtl(self._binary, self._fixed.design, codes, taps=bool(self._taps), advance=advance)
        taps = {"decimated": run.decimated, "notched": run.notched, "bands": run.bands}
        return DeviceRun(
            run.tokens,
            {name: values for name, values in taps.items() if values is not None and name in self._taps},
            {"clocks_per_tick": run.clocks_per_tick_mean, "clocks_per_tick_max": run.clocks_per_tick_max},
        )
