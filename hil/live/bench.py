"""The live bench: a device processes a recording in its own thread, and its state can be read at any time.

The run's observer stores received values in rings, for the traces, and in a tally, for the verdict. Both are fast and
run in the thread of the run, so nothing queues up. Readers take a snapshot. The measurements remain after the device is
stopped or fails, until the next start.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.hil.diagnosis.finding import Finding
from earloop.hil.faults.fault import Fault
from earloop.hil.link.link_run import counts_of_earbud
from earloop.hil.link.pace import Pace
from earloop.hil.link.tap_records import StreamSegment
from earloop.hil.live.device import LiveDevice
from earloop.hil.live.fault import LiveFaults
from earloop.hil.live.impedance import impedance_at
from earloop.hil.live.latency import LatencyWindow
from earloop.hil.live.recent import WINDOW_S
from earloop.hil.live.signals import Signals
from earloop.hil.live.snapshot import BenchState, Snapshot, Trace
from earloop.hil.live.tally import Tally
from earloop.hil.run.device import Identity
from earloop.hil.run.line_account import LineAccount
from earloop.recordings import Track
from earloop.spec.errors import EarloopError
from earloop.spec.fixed import FixedDesign
from earloop.spec.messages import Status, Tap

_STOPPED_IN_S = 30.0  # opening a device may take so long; the run of an open device stops at once


class _StopAsked(Exception):
    """Ends a run from within its observer."""


class LiveBench:
    """A device that processes a recording. Its methods may be called from any thread; it is the observer of the run.

    Parameters
    ----------
    fixed : the compiled design
    device : opened at each start, closed at each end
    codes : int32 [samples, channels]; an incomplete last patch is left out
    speed : seconds of signal per second
    loop : whether to start again at the end
    impedance : impedance of the electrodes over the recording's time in kOhm, if known

    Raises
    ------
    EarloopError
        The recording is too short for a single token.
    """

    def __init__(
        self,
        fixed: FixedDesign,
        device: LiveDevice,
        codes: NDArray[np.int32],
        *,
        speed: float = 1.0,
        loop: bool = False,
        impedance: Track | None = None,
    ) -> None:
        design = fixed.design
        self.fixed, self.device = fixed, device
        self._block = design.patch_samples
        if len(codes) < self._block:
            raise EarloopError(f"{len(codes)} samples yield no token: at least {self._block} are needed")
        self._codes = codes[: len(codes) // self._block * self._block]
        self._pace, self._loop, self._impedance = Pace(design.converter.rate_hz, speed), loop, impedance
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._faults = LiveFaults(device, design)
        self.starts = 0
        self._forget()

    def _forget(self) -> None:
        self._signals = Signals(self.fixed)
        self._state, self._reason = BenchState.IDLE, ""
        self._identity: Identity | None = None
        self._tally = Tally(self.fixed, Tap.TOKENS)
        self._latency = LatencyWindow()
        self._left_s: dict[int, float] = {}  # by patch of this pass: when its last sample was first sent
        self._sent = self._passes = 0  # samples of this pass; passes started
        self._line = LineAccount()  # counts of this pass
        self._lines: deque[LineAccount] = deque(maxlen=round(WINDOW_S * self._pace.rate_hz / self._block))  # by patch
        self._earbud_before: LineAccount | None = None  # the earbud's counts at the start of this segment
        self._began_s: float | None = None  # start of this pass
        self._late_s = 0.0
        self._due_s: float | None = None  # since when an answer of the device is due
        self._silent_s = 0.0  # silence at the end of a stopped run

    # ---- Controls ----

    def start(self) -> None:
        """Clear the measurements, open the device, and run from the start of the recording; do nothing if it runs."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            self._stop.clear()
            self._forget()
            self._state = BenchState.OPENING
            self.starts += 1
            self._thread = threading.Thread(target=self._run, name="live bench", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the run. Returns when the device is closed, or at once if called from the thread of the run."""
        self._stop.set()
        self.device.break_off()
        if (thread := self._thread) is not None and thread is not threading.current_thread():
            thread.join(_STOPPED_IN_S)

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait until the run has ended, or until the timeout."""
        if (thread := self._thread) is not None:
            thread.join(timeout_s)

    def inject(self, fault: Fault | None) -> None:
        """Inject a fault now, whatever its `begins_s`, until it is cleared; None clears it.

        A fault without a duration occurs once. Without a run, the fault waits for the next pass.

        Raises
        ------
        FaultError
            The device cannot have the fault, or the design lacks its channels.
        """
        with self._lock:
            if fault is None:
                self._faults.clear()
            else:
                self._faults.inject(fault)

    # ---- State ----

    def snapshot(self) -> Snapshot:
        """Return the present state and measurements."""
        with self._lock:
            time_s = self._sent / self.fixed.design.converter.rate_hz
            return Snapshot(
                state=self._state,
                reason=self._reason,
                identity=self._identity,
                taps=self.device.taps,
                sent=max(0, self._passes - 1) * len(self._codes) + self._sent,
                passes=self._passes,
                backlog=self._sent - self._tally.judged_samples,
                time_s=time_s,
                account=self._tally.account(),
                late_s=self._late_now_s(),
                silent_s=self._silent_now_s(),
                latency=self._latency.figures(),
                line=self._line,
                fault=self._faults.lasting,
                struck=self._faults.struck,
                impedance_kohm=impedance_at(self._impedance, time_s) if self._impedance is not None else None,
            )

    def diagnose(self) -> list[Finding]:
        """Return the findings for the last seconds of this pass, the most certain first."""
        with self._lock:
            window, line = self._tally.recent.window, self._line
            line -= self._lines[0] if self._lines else line
        return window.diagnose(line) if window is not None else []

    def envelope(self, trace: Trace, since: int, per_ticks: int, limit: int) -> tuple[int, NDArray[np.float32]]:
        """Return envelopes of a trace; see `Signals.envelope`."""
        with self._lock:
            return self._signals.envelope(trace, since, per_ticks, limit)

    def newest(self, per_ticks: int) -> int:
        """Return the number of the newest envelope; see `Signals.newest`."""
        with self._lock:
            return self._signals.newest(per_ticks)

    # ---- The run ----

    def _run(self) -> None:
        state, reason = BenchState.ENDED, ""
        try:
            with self.device as device:
                with self._lock:
                    self._identity, self._state = device.identity, BenchState.RUNNING
                    self._tally = Tally(self.fixed, device.taps)
                while not self._passes or self._loop:
                    self._begin_pass()
                    device.run(self._faults.codes, self._pace, self)
                    with self._lock:
                        self._tally.end_pass()
                        self._signals.begin_pass(self._passes * len(self._codes))
        except _StopAsked:
            state = BenchState.STOPPED
        except EarloopError as error:
            stopped = self._stop.is_set()
            state, reason = (BenchState.STOPPED, "") if stopped else (BenchState.DIED, str(error))
        except BaseException:
            state, reason = BenchState.DIED, "a fault of this program; its traceback is in the log"
            raise
        finally:
            with self._lock:
                self._late_s = self._late_now_s()
                self._silent_s = self._silent_now_s() if state is BenchState.STOPPED else 0.0
                self._state, self._reason = state, reason

    def _late_now_s(self) -> float:
        """Return the delay of the newest frame in s; it grows while a frame is overdue."""
        if self._state is not BenchState.RUNNING or self._began_s is None or self._sent >= len(self._codes):
            return self._late_s
        following = min(self._sent + self.fixed.design.link.samples_per_frame, len(self._codes))
        due_s = self._began_s + self._pace.due_s(following)
        return max(self._late_s if self._sent else 0.0, self.device.clock.now() - due_s)

    def _silent_now_s(self) -> float:
        """Return for how long in s an answer of the device has been due."""
        if self._state is not BenchState.RUNNING:
            return self._silent_s
        if self._due_s is None:
            return 0.0
        return max(0.0, self.device.clock.now() - self._due_s)

    def _begin_pass(self) -> None:
        with self._lock:
            self._passes += 1
            self._sent = 0
            self._left_s.clear()
            self._began_s, self._late_s = None, 0.0
            self._due_s = self.device.clock.now()  # the answer to START is due
            self._lines.clear()
            self._lines.append(LineAccount())
            self._line = LineAccount()
            self._faults.begin_pass(self._codes)
            self._tally.begin_pass(self._codes)

    def started(self, segment: StreamSegment, at_s: float) -> None:
        """Observe a start; see `earloop.hil.link.pace.Observer`."""
        with self._lock:
            self._began_s = at_s if self._began_s is None else self._began_s
            self._tally.begin(segment.first)
            self._earbud_before, self._due_s = None, None

    def sent(self, first: int, count: int, at_s: float) -> None:
        """Observe sent samples; see `earloop.hil.link.pace.Observer`. A requested stop ends the run here."""
        if self._stop.is_set():
            raise _StopAsked
        with self._lock:
            self._signals.left(first, self._faults.codes[first : first + count])
            if first + count > self._sent and self._began_s is not None:
                self._sent = first + count
                self._late_s = at_s - self._began_s - self._pace.due_s(self._sent)
                self._faults.left(self._sent)
                if self._sent // self._block > first // self._block:
                    self._lines.append(self._line)
            self._due_s = at_s if self._due_s is None else self._due_s
            for patch in range(first // self._block, (first + count) // self._block):
                self._left_s.setdefault(patch, at_s)

    def filed(self, tap: Tap, place: tuple[int, ...], values: NDArray[Any], at_s: float) -> None:
        """Observe a received row; see `earloop.hil.link.pace.Observer`."""
        with self._lock:
            self._due_s = None
            if tap is Tap.TOKENS:
                self._token(place, values, at_s)
            elif tap is Tap.BANDS:
                self._tally.band_row(place, values)
            if tap is not Tap.TOKENS or not self.device.taps & Tap.BANDS:  # the rows of BANDS have a finer step
                self._signals.received(tap, place, values)

    def status(self, status: Status, at_s: float) -> None:
        """Observe a STATUS; see `earloop.hil.link.pace.Observer`."""
        with self._lock:
            self._due_s = None
            counts = counts_of_earbud(status)
            self._earbud_before = self._earbud_before or counts
            self._line = self.device.line + counts - self._earbud_before

    def _token(self, place: tuple[int, ...], values: NDArray[np.int16], at_s: float) -> None:
        self._tally.token(place, values)
        if (left_s := self._left_s.get(place[0])) is not None:
            self._latency.add(left_s, at_s)
