"""Faults that begin and end while a device runs: of its codes, of its line, of its power."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earloop.hil.faults.changing_codes import SpoiltCodes
from earloop.hil.faults.fault import Fault, FaultError
from earloop.hil.faults.kinds import Family
from earloop.hil.live.device import LiveDevice
from earloop.spec.design import Design


class LiveFaults:
    """The present faults of a device: at most one lasting fault, and those that occur once.

    A fault of the line begins and ends at once, because no sample may get through a very lossy line. All other faults
    begin and end after the next sent frame, in the thread of the run.

    Attributes
    ----------
    lasting : the fault that lasts until it is cleared, from the moment of its request
    struck : the newest fault that occurred in this pass, with its time in the pass; None without one
    codes : the input of the device in this pass, int32 [samples, channels]; see `SpoiltCodes`
    """

    def __init__(self, device: LiveDevice, design: Design) -> None:
        self._device, self._design = device, design
        self.lasting: Fault | None = None
        self.struck: Fault | None = None
        self._due: list[Fault] = []  # faults to begin with the next frame
        self._to_end = False
        self.begin_pass(np.zeros((0, len(design.channels)), np.int32))

    def inject(self, fault: Fault) -> None:
        """Inject a fault; a lasting fault replaces the present lasting one.

        Raises
        ------
        FaultError
            The device cannot have the fault, or the design lacks its channels.
        """
        if fault.kind not in self._device.kinds:
            valid = ", ".join(kind.value for kind in self._device.kinds)
            raise FaultError(f"{fault.kind.value}: this device cannot have it while it runs; valid: {valid}")
        fault = fault.on(self._design)
        if fault.facts.spans:
            self.clear()
            self.lasting = fault
        if fault.facts.family is Family.LINK:
            self._device.begin(fault)
        else:
            self._due.append(fault)

    def clear(self) -> None:
        """End the lasting fault."""
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
        """Start a pass with these fault-free codes; a lasting fault is present from their start."""
        self._faulty_codes = SpoiltCodes(codes, self._design)
        self._to_end, self.struck = False, None
        if self.lasting is not None and self.lasting.facts.family is Family.FRONT_END:
            self._due = [fault for fault in self._due if fault is not self.lasting]
            self.struck = self._faulty_codes.begin(self.lasting, 0)

    @property
    def codes(self) -> NDArray[np.int32]:
        """The input of the device in this pass, int32 [samples, channels]."""
        return self._faulty_codes.codes

    def left(self, sample: int) -> None:
        """All samples before `sample` were sent: begin or end due faults, except at the end of the codes."""
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
