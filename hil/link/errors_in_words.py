"""Error codes, fault codes, self-test results and lead-off bits of an earbud, as sentences and names."""

from __future__ import annotations

from earloop.spec.design import Design
from earloop.spec.messages import DeviceFault, DeviceState, Error, ErrorCode, Hello, SampleSource, Tap

FAULTS = {
    DeviceFault.NONE: "no fault",
    DeviceFault.KERNEL: "in the self test the tokenizer differs from the golden model",
    DeviceFault.MEMORY: "in the self test RAM does not hold the value written to it",
    DeviceFault.CONVERTER_ID: "no converter answers, or one of another type",
    DeviceFault.CONVERTER_REGISTERS: "a register of the converter does not hold the value written to it",
    DeviceFault.CONVERTER_SILENT: "the converter sends no data",
    DeviceFault.CONVERTER_STATUS: "the converter's samples begin with a wrong status word",
    DeviceFault.CONVERTER_RESET: "the converter was reset",
    DeviceFault.OVERRUN: "a sample came before the previous one had been read",
    DeviceFault.WATCHDOG: "the watchdog reset the earbud",
    DeviceFault.CRASH: "the firmware crashed and restarted",
}


def fault_in_words(fault: int) -> str:
    """Return the name and the meaning of a `DeviceFault`."""
    return f"{DeviceFault(fault).name}: {FAULTS[DeviceFault(fault)]}" if fault in set(DeviceFault) else f"fault {fault}"


def self_test_complaints(hello: Hello) -> tuple[str, ...]:
    """Return the fault that the earbud's self test found, in words; empty if it found none."""
    return (fault_in_words(hello.self_test),) if hello.self_test != DeviceFault.NONE else ()


def channels_off(lead_off: int, design: Design) -> tuple[str, ...]:
    """Return the channels with an electrode off; `lead_off` has one bit per channel."""
    return tuple(name for bit, name in enumerate(design.channels) if lead_off >> bit & 1)


def error_in_words(error: Error, design_hash: str) -> str:
    """Return the meaning of an ERROR as a sentence; `design_hash` is the host's."""
    state = DeviceState(error.detail).name if error.detail in set(DeviceState) else error.detail
    words = {
        ErrorCode.DESIGN_MISMATCH: f"the earbud was built for a design other than {design_hash}",
        ErrorCode.BAD_STATE: f"not allowed in state {state}",
        ErrorCode.BAD_LENGTH: f"that message has no payload of {error.detail} bytes",
        ErrorCode.LOST: f"{error.detail} frames never arrived, this one and those after it",
        ErrorCode.OVERRUN: f"samples beyond the credit, which ends before sample {error.detail}",
        ErrorCode.UNKNOWN_MESSAGE: f"message type {error.detail} is unknown",
        ErrorCode.CORRUPT: f"a frame arrived corrupt, {error.detail} since boot",
        ErrorCode.UNSUPPORTED: "the earbud does not have the requested taps or source; "
        f"it has: {Tap(error.detail & 0xFFFF)!r}, {SampleSource(error.detail >> 16 & 0xFF)!r}",
        ErrorCode.INDEX: f"samples out of order, expected sample {error.detail}",
        ErrorCode.RUN: f"the next run has number {error.detail}",
    }
    if error.code not in set(ErrorCode):
        return f"earbud refused frame {error.sequence}: code {error.code}, detail {error.detail}"
    code = ErrorCode(error.code)
    return f"earbud refused frame {error.sequence} ({code.name}): {words[code]}"
