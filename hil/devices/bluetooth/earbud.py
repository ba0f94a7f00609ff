"""A real earbud by Bluetooth, as a device."""

from __future__ import annotations

from earloop.hil.devices.bluetooth.radio import connect, find_address
from earloop.hil.devices.earbud import Procedure, RealEarbud
from earloop.hil.devices.tap_choice import NO_WISH, TapWish
from earloop.hil.faults.faulty_line import FaultyLine
from earloop.hil.link.port import Port
from earloop.hil.transcript.recorder import Recorder
from earloop.sim.timeline.link import BleLink
from earloop.spec.errors import LinkError
from earloop.spec.fixed import FixedDesign

# A lost connection is noticed after the supervision timeout and then made again; twice that time, for a busy band.
BLE_SILENCE_S = 2 * (BleLink().supervision_s + BleLink().reconnect_s)


class BleEarbud(RealEarbud):
    """An earbud that advertises the service of `earloop.hil.devices.bluetooth.service`.

    After a loss of connection it connects to the same address only, even if other devices have the same name.

    Parameters
    ----------
    address : Bluetooth address, a UUID on macOS; by default that of the only advertiser
    name : advertised name, to choose among several advertisers
    silence_s : how long it may be silent, or disconnected, while a reply is due
    recorder : records the conversation
    procedure : runs the earbud; by default `earloop.hil.devices.earbud.run_once`
    line : a line on which faults can be injected
    wish : the requested taps
    """

    kind = "ble"

    def __init__(
        self,
        fixed: FixedDesign,
        address: str | None = None,
        name: str | None = None,
        *,
        silence_s: float = BLE_SILENCE_S,
        recorder: Recorder | None = None,
        procedure: Procedure | None = None,
        line: FaultyLine | None = None,
        wish: TapWish = NO_WISH,
    ) -> None:
        super().__init__(fixed, silence_s, recorder, procedure, line, wish)
        self._address, self._name = address, name

    def _connect(self) -> tuple[Port, str]:
        self._address = self._address or find_address(self._name)
        return connect(self._address), f"earbud at {self._address}"

    def _reopen(self) -> Port:
        if self._address is None:
            raise LinkError("ble: no earbud was connected before, so there is no address to connect to again")
        return connect(self._address, seconds=self._silence_s)
