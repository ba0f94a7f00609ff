"""A lossy link: a port between host and earbud that corrupts frames at given rates, in both directions.

Bytes between two delimiters are a frame; the proxy passes on only whole frames, however their bytes arrive. Each frame
has one fault at most, drawn from the seed. A ledger for each direction records what happened to the frames.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import serial

from earloop.hil.faults.kinds import LINK_KINDS, FaultKind
from earloop.hil.link.port import Port
from earloop.spec.errors import LinkError
from earloop.spec.framing import DELIMITER, FrameSplitter, decode_frame

_RETURN = 0.4  # probability that an attempt to open the port again succeeds


@dataclass(frozen=True)
class FaultRates:
    """Probability per frame of each kind in `LINK_KINDS`; their sum is at most 1."""

    flip: float = 0.0
    drop: float = 0.0
    duplicate: float = 0.0
    swap: float = 0.0
    truncate: float = 0.0
    disconnect: float = 0.0

    def __post_init__(self) -> None:
        rates = list(self.by_kind().values())
        if min(rates) < 0 or sum(rates) > 1:
            raise LinkError(f"fault rates {rates}: each must be at least 0, and their sum at most 1")

    @classmethod
    def of(cls, kind: FaultKind, rate: float) -> FaultRates:
        """Return the rates with one kind at `rate` and all others at 0.

        Raises
        ------
        LinkError
            The kind does not affect frames, or the rate is no probability.
        """
        if kind not in LINK_KINDS:
            raise LinkError(f"{kind.value}: not a fault of the line; valid: {', '.join(k.value for k in LINK_KINDS)}")
        return cls(*(rate if each is kind else 0.0 for each in LINK_KINDS))

    def by_kind(self) -> dict[FaultKind, float]:
        """Return the rate of each kind, in the order of `LINK_KINDS`."""
        return {
            FaultKind.FLIP: self.flip,
            FaultKind.DROP: self.drop,
            FaultKind.DUPLICATE: self.duplicate,
            FaultKind.SWAP: self.swap,
            FaultKind.TRUNCATE: self.truncate,
            FaultKind.DISCONNECT: self.disconnect,
        }


NO_FAULTS = FaultRates()


@dataclass(kw_only=True)
class Ledger:
    """The frames of one direction, counted from 0 in the order of sending.

    faults : number of faults of each kind
    struck : kind and frame number of each affected frame; the number is None if it cannot be read
    sent : number of frames sent
    arrived : indices of the frames that arrived whole, in the order of arrival
    corrupt : number of pieces that arrived and are no valid frame
    """

    faults: Counter[FaultKind] = field(default_factory=Counter)
    struck: list[tuple[FaultKind, int | None]] = field(default_factory=list)
    sent: int = 0
    arrived: list[int] = field(default_factory=list)
    corrupt: int = 0

    def in_order(self) -> list[int]:
        """Return the arrived frames that came in order; the others were late or repeated."""
        taken = [-1]
        for index in self.arrived:
            if index > taken[-1]:
                taken.append(index)
        return taken[1:]


class _Direction:
    """One direction of the line."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.ledger = Ledger()
        self.rates = NO_FAULTS
        self.broken = False
        self._rng = rng
        self._splitter = FrameSplitter()
        self._held: tuple[int, bytes] | None = None  # delayed until the next frame has passed

    def push(self, data: bytes) -> Iterator[bytes]:
        """Yield the pieces, with delimiters, that arrive for the sent bytes `data`."""
        for stuffed in self._splitter.push(data):
            index, self.ledger.sent = self.ledger.sent, self.ledger.sent + 1
            kind = FaultKind.DISCONNECT if self.broken else self._draw()
            if kind is FaultKind.SWAP and self._held is not None:
                kind = None  # another frame is already delayed
            if kind is not None:
                self.ledger.faults[kind] += 1
                self.ledger.struck.append((kind, _number(stuffed)))
            if kind is FaultKind.DISCONNECT:
                self.broken = True
            elif kind is FaultKind.SWAP:
                self._held = (index, stuffed)
            else:
                held, self._held = self._held, None
                yield self._transmit(kind, index, stuffed)
                if held is not None:
                    yield self._pass(*held)

    def _draw(self) -> FaultKind | None:
        place = self._rng.random()
        for kind, rate in self.rates.by_kind().items():
            if place < rate:
                return kind
            place -= rate
        return None

    def _transmit(self, kind: FaultKind | None, index: int, stuffed: bytes) -> bytes:
        if kind is FaultKind.DROP:
            return b""
        if kind is FaultKind.TRUNCATE:
            return self._damaged(stuffed[: self._rng.integers(len(stuffed))])
        if kind is FaultKind.FLIP:
            flipped, place = bytearray(stuffed), int(self._rng.integers(8 * len(stuffed)))
            flipped[place // 8] ^= 1 << place % 8
            return self._damaged(bytes(flipped))
        whole = self._pass(index, stuffed)
        return whole + self._pass(index, stuffed) if kind is FaultKind.DUPLICATE else whole

    def _pass(self, index: int, stuffed: bytes) -> bytes:
        self.ledger.arrived.append(index)
        return stuffed + DELIMITER

    def _damaged(self, piece: bytes) -> bytes:
        """Count the damaged pieces: a new delimiter inside splits a frame in two, and empty pieces do not count."""
        self.ledger.corrupt += sum(part != b"" for part in piece.split(DELIMITER))
        return piece + DELIMITER


class FaultProxy:
    """A port that injects faults in front of a real port.

    Parameters
    ----------
    port : the port to the earbud
    rates : rates of the faults; `set_rates` changes them at any time
    seed : the same seed affects the same frames, if they come in the same order

    Attributes
    ----------
    to_earbud, to_host : ledgers of the two directions
    """

    def __init__(self, port: Port, rates: FaultRates, seed: int) -> None:
        self._port = port
        self._ways = [_Direction(np.random.default_rng(child)) for child in np.random.SeedSequence(seed).spawn(2)]
        self._out, self._in = self._ways
        self.to_earbud, self.to_host = self._out.ledger, self._in.ledger
        self._absences = np.random.default_rng(seed)
        self._ready: deque[int] = deque()
        self.set_rates(rates)

    def set_rates(self, rates: FaultRates) -> None:
        """Inject faults at these rates from now on."""
        for way in self._ways:
            way.rates = rates

    @property
    def is_cut(self) -> bool:
        """Whether a fault has disconnected the port."""
        return self._out.broken or self._in.broken

    @property
    def timeout(self) -> float | None:
        """The timeout of the real port."""
        return self._port.timeout

    @timeout.setter
    def timeout(self, seconds: float | None) -> None:
        self._port.timeout = seconds

    @property
    def in_waiting(self) -> int:
        """Bytes that can be read at once."""
        self._fetch(self._port.in_waiting)
        return len(self._ready)

    def read(self, size: int = 1, /) -> bytes:
        """Return up to `size` bytes from the earbud; waits for the first as the real port does."""
        if not self._ready:
            self._fetch(max(size, self._port.in_waiting))
        return bytes(self._ready.popleft() for _ in range(min(size, len(self._ready))))

    def write(self, data: bytes, /) -> int:
        """Send bytes to the earbud."""
        for piece in self._out.push(data):
            self._port.write(piece)
        self._check()
        return len(data)

    def reset_input_buffer(self) -> None:
        """Discard received bytes."""
        self._fetch(self._port.in_waiting)
        self._ready.clear()

    def reopen(self) -> FaultProxy:
        """Try to connect the line again.

        Raises
        ------
        LinkError
            The line is still disconnected.
        """
        if self._absences.random() > _RETURN:
            raise LinkError("the port is gone")
        for _ in self._in.push(self._port.read(waiting) if (waiting := self._port.in_waiting) else b""):
            pass  # bytes that the earbud sent in the meantime are lost
        self._out.broken = self._in.broken = False
        return self

    def close(self) -> None:
        """Do nothing: the owner of the real port closes it."""

    def _fetch(self, size: int) -> None:
        """Read up to `size` bytes from the real port."""
        self._check()
        for piece in self._in.push(self._port.read(size) if size else b""):
            self._ready.extend(piece)
        self._check()

    def _check(self) -> None:
        """Fail if the line is broken in one direction, and then break both."""
        if self.is_cut:
            self._out.broken = self._in.broken = True
            raise serial.SerialException("device disconnected")


def _number(stuffed: bytes) -> int | None:
    try:
        return decode_frame(stuffed).sequence
    except LinkError:
        return None
