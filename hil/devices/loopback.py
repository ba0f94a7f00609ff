"""The firmware in this process as a device: no emulator, and time passes only while the host waits."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import count

from earloop.firmware.loopback import Loopback
from earloop.hil.devices.earbud import Earbud, Plug, Procedure, run_once
from earloop.hil.devices.tap_choice import NO_WISH, TapWish
from earloop.hil.faults.faulty_line import FaultyLine
from earloop.hil.link.earbud_link import SILENCE_S
from earloop.spec.fixed import FixedDesign


class LoopbackEarbud(Earbud):
    """An earbud that answers at once, with its reset button.

    Parameters
    ----------
    procedure : runs the earbud; by default `earloop.hil.devices.earbud.run_once`
    line : a line on which faults can be injected
    port : an existing earbud; by default a new one
    wish : the requested taps
    """

    kind = "firmware"
    has_button = True

    def __init__(
        self,
        fixed: FixedDesign,
        *,
        procedure: Procedure = run_once,
        line: FaultyLine | None = None,
        port: Loopback | None = None,
        wish: TapWish = NO_WISH,
    ) -> None:
        super().__init__(fixed, SILENCE_S, None, procedure, line, wish)
        self.port = port or Loopback(fixed)
        self._boots = count(1)

    def _plug_in(self, stack: ExitStack) -> Plug:
        return Plug(port=self.port, name="firmware in this process", clock=self.port)

    def reset(self) -> None:
        """Boot the firmware again."""
        self.port.reset(next(self._boots))
