"""What an earbud says of itself, by ERROR and fault codes, self test and lead-off bits, as sentences and names."""

from __future__ import annotations

from earloop.spec.design import Design
from earloop.spec.messages import Error, ErrorCode, Fault, Hello, Source, State, Tap

FAULTS = {
    Fault.NONE: "nothing is wrong",
    Fault.KERNEL: "its self test finds that the tokenizer is not the golden model",
    Fault.MEMORY: "its self test finds that RAM does not hold what is written",
    Fault.CONVERTER_ID: "there is no converter, or another",
    Fault.CONVERTER_REGISTERS: "a register of the converter does not hold what was written",
    Fault.CONVERTER_SILENT: "the converter gives no data",
    Fault.CONVERTER_STATUS: "the converter's samples do not begin as they should",
    Fault.CONVERTER_RESET: "the converter was reset",
    Fault.OVERRUN: "a sample came before the last was taken",
    Fault.WATCHDOG: "its watchdog reset it",
    Fault.CRASH: "it crashed and booted again",
}


def fault_in_words(fault: int) -> str:
    """Name and meaning of a `Fault`."""
    return f"{Fault(fault).name}: {FAULTS[Fault(fault)]}" if fault in set(Fault) else f"fault {fault}"


def own_complaints(hello: Hello) -> tuple[str, ...]:
    """What an earbud's self test says is wrong with it, in words; empty where nothing is."""
    return (fault_in_words(hello.self_test),) if hello.self_test != Fault.NONE else ()


def channels_off(lead_off: int, design: Design) -> tuple[str, ...]:
    """The channels of which a converter finds an electrode off; `lead_off` has a bit for each channel."""
    return tuple(name for bit, name in enumerate(design.channels) if lead_off >> bit & 1)


def error_in_words(error: Error, design_hash: str) -> str:
    """What an ERROR says, as a sentence; `design_hash` is the host's."""
    words = {
        ErrorCode.DESIGN_MISMATCH: f"it was built for a design other than {design_hash}",
        ErrorCode.BAD_STATE: f"not while {State(error.detail).name if error.detail in set(State) else error.detail}",
        ErrorCode.BAD_LENGTH: f"{error.detail} bytes are no payload of that message",
        ErrorCode.LOST: f"{error.detail} frames never came, this one and those behind it",
        ErrorCode.OVERRUN: f"samples beyond the credit, which ends before sample {error.detail}",
        ErrorCode.UNKNOWN_MESSAGE: f"message type {error.detail} is not known",
        ErrorCode.CORRUPT: f"a frame arrived corrupt, {error.detail} since boot",
        ErrorCode.UNSUPPORTED: "taps or a source asked for that it does not have; "
        f"it has: {Tap(error.detail & 0xFFFF)!r}, {Source(error.detail >> 16 & 0xFF)!r}",
        ErrorCode.INDEX: f"samples out of order, expected sample {error.detail}",
        ErrorCode.RUN: f"the next run has number {error.detail}",
    }
    if error.code not in set(ErrorCode):
        return f"earbud refused frame {error.sequence}: code {error.code}, detail {error.detail}"
    code = ErrorCode(error.code)
    return f"earbud refused frame {error.sequence} ({code.name}): {words[code]}"
