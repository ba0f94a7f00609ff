"""Faults while a device runs: on the codes that it is fed, on its line, on its power, from now until now."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earloop.hil.faults.changing_codes import SpoiltCodes
from earloop.hil.faults.fault import Fault, FaultError
from earloop.hil.faults.kinds import Family
from earloop.hil.live.device import LiveDevice
from earloop.spec.design import Design


class LiveFaults:
    """What is wrong with a device just now: one fault that lasts at most, and those that struck and do not pass.

    A fault of the line begins and ends at once, for a line may be so bad that no sample leaves. All others do when the
    next frame has left, in the thread that runs the device.

    Attributes
    ----------
    lasting : the fault that is there until it is cleared, from the moment on at which someone wants it
    struck : the one that came about last in this pass, with its time in it; None where none did
    codes : what the device is fed in this pass, int32 [samples, channels]; see `SpoiltCodes`
    """

    def __init__(self, device: LiveDevice, design: Design) -> None:
        self._device, self._design = device, design
        self.lasting: Fault | None = None
        self.struck: Fault | None = None
        self._due: list[Fault] = []  # to begin with the next frame
        self._to_end = False
        self.begin_pass(np.zeros((0, len(design.channels)), np.int32))

    def inject(self, fault: Fault) -> None:
        """Bring a fault about, in place of the one that lasts, where this one does.

        Raises
        ------
        FaultError
            The device cannot have it, or the design lacks its channels.
        """
        if fault.kind not in self._device.kinds:
            there_are = ", ".join(kind.value for kind in self._device.kinds)
            raise FaultError(f"{fault.kind.value}: this device cannot have it while it runs; it can have {there_are}")
        fault = fault.on(self._design)
        if fault.facts.spans:
            self.clear()
            self.lasting = fault
        if fault.facts.family is Family.LINK:
            self._device.begin(fault)
        else:
            self._due.append(fault)

    def clear(self) -> None:
        """Have no more of the fault that lasts."""
        fault, self.lasting = self.lasting, None
        if fault is None:
            return
        if fault.facts.family is Family.LINK:
            self._device.end()
        elif fault in self._due:
            self._due.remove(fault)
        else:
            self._to_end = True

    def begin_pass(self, codes: NDArray[np.int32]) -> None:
        """Feed these codes, as a sound front end makes them; what lasts is there from their beginning on."""
        self._faulty_codes = SpoiltCodes(codes, self._design)
        self._to_end, self.struck = False, None
        if self.lasting is not None and self.lasting.facts.family is Family.FRONT_END:
            self._due = [fault for fault in self._due if fault is not self.lasting]
            self.struck = self._faulty_codes.begin(self.lasting, 0)

    @property
    def codes(self) -> NDArray[np.int32]:
        """What the device is fed in this pass."""
        return self._faulty_codes.codes

    def left(self, sample: int) -> None:
        """All before this sample has left: what is due comes about; at the end of the codes it waits for others."""
        if sample >= len(self.codes):
            return
        if self._to_end:
            self._to_end = False
            self._faulty_codes.end(sample)
        for fault in self._due:
            if fault.facts.family is Family.FRONT_END:
                self.struck = self._faulty_codes.begin(fault, sample)
            else:
                self._device.begin(fault)
                begins_s = sample / self._design.converter.rate_hz
                self.struck = fault.model_copy(update={"begins_s": begins_s})
        self._due.clear()
