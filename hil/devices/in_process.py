"""The two devices without a link: the golden model, and the Verilog compiled by Verilator."""

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


def _requested(wish: TapWish) -> tuple[str, ...]:
    """Return the names of the requested taps, without tokens."""
    return tap_names((wish.resolve(OFFERED) if wish.names else OFFERED) & ~Tap.TOKENS)


class GoldenDevice(InProcess):
    """The golden model as a device: the result of a perfect device, also used to test the rig.

    Parameters
    ----------
    wish : the requested taps; by default all that it offers
    """

    def __init__(self, fixed: FixedDesign, wish: TapWish = NO_WISH) -> None:
        self._fixed, self._taps = fixed, _requested(wish)
        self.identity = Identity(
            kind="golden", name="integer golden model", design_hash=fixed.design.design_hash, build=""
        )

    def run(self, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
        """Run the golden model on codes, int32 [samples, channels]."""
        taps = run_golden(self._fixed, codes, advance).taps
        return DeviceRun(tokens=taps.tokens, taps={name: getattr(taps, name) for name in self._taps})


class RtlDevice(InProcess):
    """The Verilog tokenizer, compiled by Verilator.

    Parameters
    ----------
    image : a prebuilt runner; by default the Verilog of this tree is built
    wish : the requested taps; by default all that it offers
    """

    def __init__(self, fixed: FixedDesign, image: Path | None = None, wish: TapWish = NO_WISH) -> None:
        self._fixed, self._taps = fixed, _requested(wish)
        self._binary = image or build_runner(fixed)
        build = hashlib.sha256(self._binary.read_bytes()).hexdigest()[:16]
        self.identity = Identity(
            kind="rtl", name=f"Verilated {self._binary.name}", design_hash=fixed.design.design_hash, build=build
        )

    def live(self) -> LiveRtl:
        """Return a live tokenizer that processes block by block, from reset."""
        return LiveRtl(self._binary, self._fixed.design)

    def run(self, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
        """Run the Verilog on codes, int32 [samples, channels]; the measurements are clocks per tick."""
        run = run_rtl(self._binary, self._fixed.design, codes, taps=bool(self._taps), advance=advance)
        taps = {"decimated": run.decimated, "notched": run.notched, "bands": run.bands}
        return DeviceRun(
            tokens=run.tokens,
            taps={name: values for name, values in taps.items() if values is not None and name in self._taps},
            measurements={"clocks_per_tick": run.clocks_per_tick_mean, "clocks_per_tick_max": run.clocks_per_tick_max},
        )
