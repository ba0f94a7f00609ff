"""Opens a device by the name of its kind, with or without an injected fault."""

from __future__ import annotations

from dataclasses import replace

from earloop.hil.devices.faulty import FaultyFrontEnd, Restarted
from earloop.hil.devices.faulty_earbud import FaultyEarbud
from earloop.hil.devices.loopback import LoopbackEarbud
from earloop.hil.devices.open_device import DeviceOptions, open_device, open_earbud
from earloop.hil.faults.fault import Fault, FaultError, check_possible
from earloop.hil.faults.faulty_line import FaultyLine
from earloop.hil.faults.kinds import Family
from earloop.hil.run.device import Device
from earloop.spec.fixed import FixedDesign


def open_faulty(kind: str, fixed: FixedDesign, options: DeviceOptions, fault: Fault | None) -> Device:
    """Create a device of a kind, with a fault unless that is None; `with` opens it. See `open_device`.

    Raises
    ------
    FaultError
        The device has no link for the fault, the design lacks the fault's channels, or a transcript is requested.
    EarloopError
        As for the device without the fault.
    """
    if fault is None:
        return open_device(kind, fixed, options)
    fault = fault.on(fixed.design)
    if fault.facts.family is Family.FRONT_END:
        return FaultyFrontEnd(open_device(kind, fixed, options), fault, fixed.design)
    check_possible(kind, fault)
    if options.recorder is not None:
        raise FaultError(
            f"{fault.kind.value}: a run with faults on its line cannot have a transcript; leave --transcript out"
        )
    if options.paced and fault.facts.family is not Family.POWER:
        raise FaultError(f"{fault.kind.value}: a run with faults on its line cannot be paced; leave --paced out")
    if fault.facts.family is Family.POWER and kind != "firmware":
        return Restarted(open_device(kind, fixed, options), fault, fixed.design)
    line = FaultyLine(fault.seed)
    return FaultyEarbud(fixed, fault, open_earbud(kind, fixed, replace(options, line=line)), line)


def faulty_loopback(fixed: FixedDesign, fault: Fault) -> FaultyEarbud:
    """Create the firmware in this process, with a fault of the link or of the power."""
    line = FaultyLine(fault.seed)
    return FaultyEarbud(fixed, fault, LoopbackEarbud(fixed, line=line), line)
