"""Error codes, fault codes, self-test results and lead-off bits of an earbud, as sentences and names."""

from __future__ import annotations

from earloop.spec.design import Design
from earloop.spec.messages import Error, ErrorCode, Fault, Hello, Source, State, Tap

FAULTS = {
    Fault.NONE: "no fault",
    Fault.KERNEL: "in the self test the tokenizer differs from the golden model",
    Fault.MEMORY: "in the self test RAM does not hold the value written to it",
    Fault.CONVERTER_ID: "no converter answers, or one of another type",
    Fault.CONVERTER_REGISTERS: "a register of the converter does not hold the value written to it",
    Fault.CONVERTER_SILENT: "the converter sends no data",
    Fault.CONVERTER_STATUS: "the converter's samples begin with a wrong status word",
    Fault.CONVERTER_RESET: "the converter was reset",
    Fault.OVERRUN: "a sample came before the previous one had been read",
    Fault.WATCHDOG: "the watchdog reset the earbud",
    Fault.CRASH: "the firmware crashed and restarted",
}


def fault_in_words(fault: int) -> str:
    """Return the name and the meaning of a `Fault`."""
    return f"{Fault(fault).name}: {FAULTS[Fault(fault)]}" if fault in set(Fault) else f"fault {fault}"


def self_test_complaints(hello: Hello) -> tuple[str, ...]:
    """Return the fault that the earbud's self test found, in words; empty if it found none."""
    return (fault_in_words(hello.self_test),) if hello.self_test != Fault.NONE else ()


def channels_off(lead_off: int, design: Design) -> tuple[str, ...]:
    """Return the channels with an electrode off; `lead_off` has one bit per channel."""
    return tuple(name for bit, name in enumerate(design.channels) if lead_off >> bit & 1)


def error_in_words(error: Error, design_hash: str) -> str:
    """Return the meaning of an ERROR as a sentence; `design_hash` is the host's."""
    state = State(error.detail).name if error.detail in set(State) else error.detail
    words = {
        ErrorCode.DESIGN_MISMATCH: f"the earbud was built for a design other than {design_hash}",
        ErrorCode.BAD_STATE: f"not allowed in state {state}",
        ErrorCode.BAD_LENGTH: f"that message has no payload of {error.detail} bytes",
        ErrorCode.LOST: f"{error.detail} frames never arrived, this one and those after it",
        ErrorCode.OVERRUN: f"samples beyond the credit, which ends before sample {error.detail}",
        ErrorCode.UNKNOWN_MESSAGE: f"message type {error.detail} is unknown",
        ErrorCode.CORRUPT: f"a frame arrived corrupt, {error.detail} since boot",
        ErrorCode.UNSUPPORTED: "the earbud does not have the requested taps or source; "
        f"it has: {Tap(error.detail & 0xFFFF)!r}, {Source(error.detail >> 16 & 0xFF)!r}",
        ErrorCode.INDEX: f"samples out of order, expected sample {error.detail}",
        ErrorCode.RUN: f"the next run has number {error.detail}",
    }
    if error.code not in set(ErrorCode):
        return f"earbud refused frame {error.sequence}: code {error.code}, detail {error.detail}"
    code = ErrorCode(error.code)
    return f"earbud refused frame {error.sequence} ({code.name}): {words[code]}"
