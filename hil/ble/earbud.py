"""A real earbud by Bluetooth, as a device."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hil.ble.radio import connect, find_address
from hil.device import Advance, DeviceRun, Identity
from hil.earbud import Procedure, introduced, open_link, run_once
from hil.port import Port
from hil.transcript.recorder import Recorder
from sim.timeline.link import BleLink
from spec.fixed import FixedDesign

# A connection that fades away is noticed after the supervision timeout, then made anew; twice that, for a busy air.
BLE_SILENCE_S = 2 * (BleLink().supervision_s + BleLink().reconnect_s)


class BleEarbud:
    """An earbud that advertises the service of `hil.ble.service`.

    After a loss of connection only the same address is connected to again, whoever else bears the name.

    Parameters
    ----------
    address : Bluetooth address, a UUID on macOS; without it the one that advertises is taken
    name : that it advertises, where several do
    silence_s : how long it may say nothing, or be away, while something is due
    recorder : writes the conversation down
    procedure : how it is run; by default `hil.earbud.run_once`
    """

    identity: Identity

    def __init__(
        self,
        fixed: FixedDesign,
        address: str | None = None,
        name: str | None = None,
        *,
        silence_s: float = BLE_SILENCE_S,
        recorder: Recorder | None = None,
        procedure: Procedure | None = None,
    ) -> None:
        self._fixed, self._recorder, self._procedure = fixed, recorder, procedure or run_once
        self._address, self._name = address, name
        self._silence_s = silence_s

    def __enter__(self) -> Self:
        self._address = self._address or find_address(self._name)
        port = connect(self._address)
        link = open_link(port, self._fixed, self._recorder, reopen=self._reopen, silence_s=self._silence_s)
        try:
            self.identity = introduced("ble", f"earbud at {self._address}", link, self._recorder)
        except BaseException:
            link.close()
            raise
        self._link = link
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._link.close()

    def run(self, codes: NDArray[np.int32], advance: Advance) -> DeviceRun:
        """Tokens, and the core clocks that a tick of the tokenizer takes, interrupts included."""
        return self._procedure(self._link, self._fixed, codes, advance)

    def _reopen(self) -> Port:
        assert self._address is not None
        return connect(self._address, seconds=self._silence_s)
