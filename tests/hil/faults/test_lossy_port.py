"""The bad line itself: each fault is done as often as it was asked for, to whole frames, and entered in the ledger."""

from __future__ import annotations

import pytest
import serial

from earloop.hil.faults.kinds import LINK_KINDS, FaultKind
from earloop.hil.faults.lossy_port import NO_FAULTS, FaultProxy, FaultRates
from earloop.spec.errors import LinkError
from earloop.spec.framing import Frame, FrameSplitter, decode_frame, encode_frame
from earloop.spec.messages import MessageType

FRAMES = [Frame(MessageType.TOKENS, i, bytes([i % 256]) * 20) for i in range(2000)]
WIRE = [encode_frame(frame) for frame in FRAMES]


class Sink:
    """A port that keeps what is written, and gives what it is told to."""

    def __init__(self):
        self.written, self.waiting, self.timeout = b"", b"", None

    @property
    def in_waiting(self):
        return len(self.waiting)

    def write(self, data):
        self.written += data
        return len(data)

    def read(self, size=1):
        read, self.waiting = self.waiting[:size], self.waiting[size:]
        return read


def through(rates, seed=1, wire=WIRE):
    """What comes out, and the proxy."""
    sink = Sink()
    proxy = FaultProxy(sink, rates, seed)
    for frame in wire:
        proxy.write(frame)
    return sink.written, proxy


def decoded(wire):
    found = []
    for stuffed in FrameSplitter().push(wire):
        try:
            found.append(decode_frame(stuffed).sequence)
        except LinkError:
            found.append(None)
    return found


def test_rates_name_each_kind_that_strikes_frames_and_refuse_others():
    for kind in LINK_KINDS:
        assert FaultRates.of(kind, 0.25) == FaultRates(**{kind.value: 0.25})
        assert list(FaultRates.of(kind, 0.25).by_kind()) == list(LINK_KINDS)
    with pytest.raises(LinkError, match=r"^gain: not a fault of the line; valid: flip, drop"):
        FaultRates.of(FaultKind.GAIN, 0.25)


def test_without_faults_all_passes_as_it_is():
    out, proxy = through(NO_FAULTS)
    assert out == b"".join(WIRE)
    assert proxy.to_earbud.arrived == list(range(2000))
    assert proxy.to_earbud.faults == {}


@pytest.mark.parametrize("kind", [kind for kind in LINK_KINDS if kind is not FaultKind.DISCONNECT])
def test_each_fault_strikes_at_its_rate_and_is_entered(kind):
    out, proxy = through(FaultRates.of(kind, 0.1))
    ledger = proxy.to_earbud
    assert ledger.faults.keys() == {kind}
    assert ledger.faults[kind] == pytest.approx(200, abs=50)  # 3.7 standard deviations
    assert [number for _, number in ledger.struck] == sorted(number for _, number in ledger.struck)
    found = decoded(out)
    assert [number for number in found if number is not None] == ledger.arrived
    assert found.count(None) == ledger.corrupt
    struck = {number for _, number in ledger.struck}
    intact = [i for i in range(2000) if i not in struck]
    assert set(intact) <= set(ledger.arrived)
    if kind is FaultKind.DUPLICATE:
        assert sorted(ledger.arrived) == sorted([*range(2000), *struck])
    elif kind is FaultKind.SWAP:
        order = {number: place for place, number in enumerate(ledger.arrived)}
        assert all(order[number] == order[number + 1] + 1 for number in struck if number + 1 < 2000)
    else:
        assert ledger.arrived == intact


def test_the_same_seed_spoils_the_same_frames():
    rates = FaultRates(0.02, 0.02, 0.02, 0.02, 0.02)
    assert through(rates, seed=3)[0] == through(rates, seed=3)[0] != through(rates, seed=4)[0]


def test_frames_are_found_however_the_bytes_arrive():
    stream = b"".join(WIRE)
    pieces = [stream[i : i + 7] for i in range(0, len(stream), 7)]
    rates = FaultRates(flip=0.1, drop=0.1)
    assert through(rates, wire=pieces)[0] == through(rates)[0]


def test_a_line_that_breaks_loses_all_until_it_is_opened_again():
    sink = Sink()
    proxy = FaultProxy(sink, NO_FAULTS, seed=1)
    proxy.write(WIRE[0])
    proxy.set_rates(FaultRates(disconnect=1.0))
    with pytest.raises(serial.SerialException):
        proxy.write(WIRE[1])
    for use in (lambda: proxy.read(1), lambda: proxy.in_waiting, lambda: proxy.write(WIRE[2])):
        with pytest.raises(serial.SerialException):
            use()
    sink.waiting = WIRE[3]
    proxy.set_rates(NO_FAULTS)
    attempts = 0
    while True:
        attempts += 1
        try:
            proxy.reopen()
            break
        except LinkError:
            assert attempts < 100
    sink.waiting = WIRE[4]
    assert decoded(proxy.read(1000)) == [4]
    proxy.write(WIRE[5])
    assert decoded(sink.written) == [0, 5]
    assert proxy.to_earbud.struck == [(FaultKind.DISCONNECT, 1), (FaultKind.DISCONNECT, 2)]
    assert proxy.to_host.struck == [(FaultKind.DISCONNECT, 3)]


@pytest.mark.parametrize("rates", [{"flip": -0.1}, {"drop": 0.6, "swap": 0.6}])
def test_rates_that_are_no_probabilities_are_refused(rates):
    with pytest.raises(LinkError, match="each must be at least 0, and their sum at most 1"):
        FaultRates(**rates)
