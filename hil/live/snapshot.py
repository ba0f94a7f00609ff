"""The state of a live bench at one moment."""

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

SILENT_S = 1.0  # without an answer, after which there is no verdict: a healthy device answers within milliseconds
Trace = Literal["raw", "decimated", "bands"]
"""The kind of a trace: the codes sent (`raw`), or a tap of the device."""


class BenchState(Enum):
    """The state of the bench."""

    IDLE = "idle"  # before the first start
    OPENING = "opening"
    RUNNING = "running"
    STOPPED = "stopped"  # by a user
    ENDED = "ended"  # the recording is over
    DIED = "died"  # the device or its connection failed


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The state and the measurements at one moment.

    reason : why the device failed, in one line
    sent, passes : samples sent in all passes over the recording, and number of passes started
    backlog : samples of this pass that were sent and whose patch is not judged yet
    time_s : position of this pass in the recording
    late_s : delay of the newest sent or overdue frame; if it grows, the device is too slow for the pace
    silent_s : for how long an answer of the device has been due; 0 if none is due
    line : counts of both ends of the line in this pass
    fault : the lasting fault, until it is cleared
    struck : the newest fault that occurred in this pass, with its time in the pass
    impedance_kohm : impedance of each electrode now; None if unknown
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
        """Whether the device has been silent for longer than a healthy device is."""
        return self.silent_s >= SILENT_S

    @property
    def verdict(self) -> str:
        """The verdict in one or two words; never good while the device is silent."""
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
