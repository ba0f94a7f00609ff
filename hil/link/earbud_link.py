"""The host's end of the link to an earbud, emulated or real, on a serial port.

`earloop.spec.messages` defines the protocol; the earbud's end is `firmware/src/session.c`. A line may lose, damage,
duplicate or swap any frame. The host therefore repeats every command until a STATUS shows its effect, sends samples
again that the earbud missed, sends QUERY after silence, and lists tokens that never arrived. An error that remains is
one line that says what failed, and where.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from earloop.hil.link.acquisition import Acquired, Acquisition, Enough, Watch
from earloop.hil.link.errors_in_words import error_in_words
from earloop.hil.link.injection import Replay
from earloop.hil.link.link_run import LinkRun
from earloop.hil.link.numbered_line import PORT_ERRORS, NobodyReadsError, NumberedLine, RestartedError
from earloop.hil.link.pace import Observer, Pace
from earloop.hil.link.patience import SLOWEST, Patience, SilenceError, TimeBudget
from earloop.hil.link.plausible import check_hello
from earloop.hil.link.port import Port, PortClock, PortLostError, Reopen, SystemClock
from earloop.hil.link.tap_records import SentStream
from earloop.hil.link.taps_that_fit import tap_bytes_per_s
from earloop.hil.run.device import BrokenOffError
from earloop.spec.errors import LinkError
from earloop.spec.fixed import FixedDesign
from earloop.spec.framing import Frame
from earloop.spec.messages import (
    Configure,
    DeviceState,
    Error,
    ErrorCode,
    Hello,
    MessageType,
    SampleSource,
    Status,
    Tap,
)

SILENCE_S = 5.0  # a healthy earbud answers within milliseconds; a loaded machine may stall the emulator
ASK_S = 0.5  # after which a command is repeated; an earbud that is still booting misses it
FUTILE_RESTARTS = 3  # in a row without a patch between them, after which the run fails

# Errors caused by the line, not by the host. BAD_STATE answers a repeated command that had already taken effect.
_LINE_ERRORS = (ErrorCode.LOST, ErrorCode.CORRUPT, ErrorCode.INDEX, ErrorCode.BAD_STATE)
_T = TypeVar("_T")


def random_session() -> int:
    """Return a random session number, different from that of any earlier conversation with the earbud."""
    return 1 + secrets.randbelow(2**32 - 1)


class EarbudLink:
    """A conversation with one earbud; a context manager that closes the port.

    Parameters
    ----------
    port : a pyserial port; see `earloop.hil.link.port.open_port`
    fixed : the design that both ends must use
    reopen : opens the port again after it disappeared; without it the conversation then ends
    clock : measures the timeouts
    silence_s : how long the earbud may be silent, or the port gone, while a reply is due
    ask_s : time after which a command is repeated
    sessions : returns a new session number at each call, never the same twice
    """

    def __init__(
        self,
        port: Port,
        fixed: FixedDesign,
        *,
        reopen: Reopen | None = None,
        clock: PortClock | None = None,
        silence_s: float = SILENCE_S,
        ask_s: float = ASK_S,
        sessions: Callable[[], int] = random_session,
    ) -> None:
        self.fixed = fixed
        self.clock = clock or SystemClock()
        self._silence_s, self._ask_s, self._sessions = silence_s, ask_s, sessions
        self.line = NumberedLine(port, self.clock, reopen, silence_s)
        self._configuration: Configure | None = None
        self._next_run = 0

    def close(self) -> None:
        """Close the port."""
        self.line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ---- Commands ----

    def hello(self) -> Hello:
        """Begin a session; return the HELLO with which the earbud identifies itself.

        Raises
        ------
        LinkError
            No answer, or no earbud. An OtherProtocolError if the earbud uses another protocol version.
        """
        with _while_plugged_in(lambda: "after HELLO"):
            self.line.begin(self._sessions())
            return self._ask(
                self.line.ask_hello,
                lambda frame: Hello.unpack(frame.payload) if frame.type is MessageType.HELLO else None,
                lambda: "after HELLO",
            )

    def configure(
        self, design_hash: str, taps: Tap = Tap.TOKENS, source: SampleSource = SampleSource.INJECTED
    ) -> Hello:
        """Begin a session, and set the design (its SHA-256 in hex), the taps to send, and the source of samples.

        Raises
        ------
        LinkError
            The earbud was built for another design (the error names both), lacks taps or source, or is silent.
        """
        self._configuration = Configure(bytes.fromhex(design_hash), taps, source)
        return self._configure(self._configuration)

    def query(self) -> Status:
        """Ask the earbud for its STATUS."""
        return self._command(MessageType.QUERY, b"", lambda status: True)

    def _configure(self, wanted: Configure) -> Hello:
        hello = self.hello()
        check_hello(hello, wanted.design_hash, self.fixed.design)

        def configured(status: Status) -> bool:
            return (status.state, status.taps, status.source) == (DeviceState.CONFIGURED, wanted.taps, wanted.source)

        self._command(MessageType.CONFIGURE, wanted.pack(), configured)
        return hello

    def _command(self, kind: MessageType, payload: bytes, done: Callable[[Status], bool]) -> Status:
        """Send a command, repeatedly, until a STATUS shows that it took effect."""
        where = f"after {kind.name}"

        def answer(frame: Frame) -> Status | None:
            status = self.heed(frame, where)
            return status if status is not None and done(status) else None

        with _while_plugged_in(lambda: where):
            return self.ask(kind, payload, answer, lambda: where)

    def ask(
        self, kind: MessageType, payload: bytes, answer: Callable[[Frame], _T | None], where: Callable[[], str]
    ) -> _T:
        """Send a message, repeatedly, until `answer` returns a value for a received frame."""
        return self._ask(lambda: self.line.send(kind, payload), answer, where)

    def _ask(self, say: Callable[[], None], answer: Callable[[Frame], _T | None], where: Callable[[], str]) -> _T:
        patience = self.patience()
        say()
        while True:
            self.line.listen()
            while (frame := self.line.next_frame()) is not None:
                patience.received()
                if (found := answer(frame)) is not None:
                    return found
            patience.check(where())
            if patience.ask_again():
                say()

    def patience(self) -> Patience:
        """Return deadlines that start now."""
        return Patience(self.clock, self._silence_s, self._ask_s)

    def budget(self) -> TimeBudget:
        """Return the time limit of a stream that starts now.

        Injected samples wait for the line, so the limit grows with the bytes of the taps relative to tokens alone.
        """
        slowest, wanted = SLOWEST, self._configuration
        if wanted is not None and wanted.source == SampleSource.INJECTED:
            requested = sum(tap_bytes_per_s(tap, self.fixed.design) for tap in Tap(wanted.taps) | Tap.TOKENS)
            slowest *= tap_bytes_per_s(Tap.TOKENS, self.fixed.design) / requested
        return TimeBudget(self.clock, self._silence_s, self.fixed.design.converter.rate_hz, slowest)

    def heed(self, frame: Frame, where: str) -> Status | None:
        """Return the STATUS in a frame, else None; raise a LinkError for an ERROR that the line cannot have caused."""
        if frame.type is MessageType.STATUS:
            status = Status.unpack(frame.payload)
            self._next_run = (status.run + 1) & 0xFFFF
            return status
        if frame.type is MessageType.ERROR:
            error = Error.unpack(frame.payload)
            if error.code not in _LINE_ERRORS:
                raise LinkError(f"{error_in_words(error, self.fixed.design.design_hash)} ({where})")
        return None

    # ---- Runs ----

    def run(
        self,
        codes: NDArray[np.integer[Any]],
        *,
        advance: Callable[[int], None] = lambda samples: None,
        lock_step: bool = False,
        resume: bool = False,
        pace: Pace | None = None,
        observer: Observer | None = None,
    ) -> LinkRun:
        """Stream codes through a configured earbud and collect the taps that it sends back.

        Parameters
        ----------
        codes : int24, shape [samples, channels]
        advance : called with the number of samples that the earbud has taken
        lock_step : await each frame's STATUS before the next frame, so that nothing arrives during a tick and the
            counted clocks are those of the tokenizer alone
        resume : after a restart of the earbud, continue in a new segment, from the first patch that may not have been
            sent completely; otherwise a restart is an error
        pace : when samples may leave, by the link's clock; by default as soon as the earbud accepts them
        observer : called with all that leaves and arrives

        Raises
        ------
        BrokenOffError
            A LinkError that says what failed and at which sample, frame or token. It holds the tokens received so far.
        """
        if (wanted := self._configuration) is None:
            raise LinkError("the earbud is not configured: call configure before run")
        stream = SentStream(self.fixed, codes, Tap(wanted.taps))
        began, futile = self.clock.now(), 0
        replay = Replay(self, stream, advance, lock_step, pace, observer)
        with _keeping_tokens(stream), _while_plugged_in(lambda: stream.where):
            while True:
                try:
                    status = replay.segment(self._next_run, stream.resume_point())
                    break
                except (RestartedError, SilenceError) as error:
                    futile = 0 if stream.resume_point() > stream.first else futile + 1
                    if not resume or futile >= FUTILE_RESTARTS:
                        raise _in_mid_stream(error, stream) from None
                    self._configure_again(wanted)
        tokens = stream.records[Tap.TOKENS]
        return LinkRun(
            tokens=tokens.values,
            received=tokens.received,
            taps={name: record for name, record in stream.requested() if record is not tokens},
            segments=tuple(stream.segments),
            losses=tuple(self.line.losses),
            stale=self.line.stale,
            corrupt=self.line.corrupt,
            reopened=self.line.reopened,
            frames=self.line.frames,
            began=replay.began or status,
            status=status,
            wall_s=self.clock.now() - began,
        )

    def acquire(
        self,
        samples: int,
        *,
        advance: Callable[[int], None] = lambda samples: None,
        watch: Watch = lambda status, at_s: None,
        enough: Enough = lambda: False,
    ) -> Acquired:
        """Let a configured earbud sample by its converter, and collect the taps that it sends.

        Parameters
        ----------
        samples : least number of samples to take
        advance : called with the number of samples that the earbud has taken
        watch : called with each STATUS and its time of arrival; see `earloop.hil.link.sample_clock.SampleClock`
        enough : called repeatedly; returns whether the acquisition may end early

        Raises
        ------
        LinkError
            The converter does not start.
        CutOffError
            A LinkError: the earbud restarts or falls silent. It holds the data received so far.
        """
        if self._configuration is None or self._configuration.source == SampleSource.INJECTED:
            raise LinkError("the earbud is not configured for a converter: call configure with its source")
        acquisition = Acquisition(self, self.fixed.design, Tap(self._configuration.taps), advance, watch, enough)
        try:
            with _while_plugged_in(lambda: "in mid-acquisition"):
                return acquisition.run(self._next_run, samples)
        except LinkError as error:
            raise acquisition.cut_off(error) from None

    def _configure_again(self, wanted: Configure) -> None:
        """Begin a new session with an earbud that may restart during that."""
        for attempt in range(FUTILE_RESTARTS):
            try:
                self._configure(wanted)
                return
            except RestartedError:
                if attempt == FUTILE_RESTARTS - 1:
                    raise


def _in_mid_stream(error: LinkError, stream: SentStream) -> LinkError:
    return LinkError(f"{error}, {stream.where}") if isinstance(error, RestartedError) else error


@contextmanager
def _while_plugged_in(where: Callable[[], str]) -> Iterator[None]:
    """Turn the loss of the port into a one-line LinkError that says where it happened."""
    try:
        yield
    except (PortLostError, NobodyReadsError) as error:
        raise LinkError(f"{error}, {where()}") from None
    except PORT_ERRORS as error:
        raise LinkError(f"the port failed {where()} ({error}): is the earbud still plugged in?") from None


@contextmanager
def _keeping_tokens(stream: SentStream) -> Iterator[None]:
    """Attach the tokens received so far to the error that ends a stream."""
    try:
        yield
    except LinkError as error:
        tokens = stream.records[Tap.TOKENS]
        raise BrokenOffError(str(error), tokens.values, tokens.received) from None
