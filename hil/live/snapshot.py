"""What is known of a live bench at some moment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from earloop.hil.faults.fault import Fault
from earloop.hil.live.latency import LatencyFigures
from earloop.hil.live.tally import Account
from earloop.hil.run.device import Identity
from earloop.hil.run.line_account import LineAccount
from earloop.spec.messages import Tap

SILENT_S = 1.0  # without an answer, after which no verdict is given: a healthy device answers within milliseconds
Trace = Literal["raw", "decimated", "bands"]
"""Which signals: codes as they leave; what the device makes of them."""


class BenchState(Enum):
    """What the bench is doing."""

    IDLE = "idle"  # nothing was run yet
    OPENING = "opening"
    RUNNING = "running"
    STOPPED = "stopped"  # someone stopped it
    ENDED = "ended"  # the recording is over
    DIED = "died"  # the device, or the way to it, failed


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What is known at some moment.

    reason : why the device died, in a line
    sent, passes : samples that have left, of all passes over the recording, and passes begun
    backlog : samples of this pass that have left and whose patch is not judged yet
    time_s : of the recording, where this pass is
    late_s : how long after its time the newest frame left, or has still not left: what grows shows a device that is no
        match for the pace
    silent_s : for how long something has been due from the device and nothing came; 0 where nothing is due
    line : what both ends know of the line in this pass
    fault : that lasts until it is cleared
    struck : the fault that came about last in this pass, with its time in it
    impedance_kohm : of each electrode now; None where the recording does not say
    """

    state: BenchState
    reason: str
    identity: Identity | None
    taps: Tap
    sent: int
    passes: int
    backlog: int
    time_s: float
    account: Account
    late_s: float
    silent_s: float
    latency: LatencyFigures
    line: LineAccount
    fault: Fault | None
    struck: Fault | None
    impedance_kohm: dict[str, float] | None

    @property
    def silent(self) -> bool:
        """Whether the device has said nothing for longer than a healthy one does."""
        return self.silent_s >= SILENT_S

    @property
    def verdict(self) -> str:
        """In a word or two; none that is good while nothing is heard."""
        word = self.account.word
        if word == "fail" or self.state is BenchState.DIED:
            return "FAIL"
        if self.silent:
            return "silent"
        if not self.account.patches:
            return "no verdict yet"
        if word == "not judged":
            return word
        return "PASS" if self.state is BenchState.ENDED else "PASS so far"
