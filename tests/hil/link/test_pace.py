"""A run in the recording's own time, and what its observer is told. The loopback's time passes only in vain reads."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.firmware.loopback import Loopback
from earloop.hil.faults.lossy_port import FaultProxy, FaultRates
from earloop.hil.link.earbud_link import EarbudLink
from earloop.hil.link.pace import Pace
from earloop.spec.errors import LinkError
from earloop.spec.golden import GoldenTokenizer
from earloop.spec.messages import Tap

RATE_HZ, PER_FRAME = 1000, 20


class Notes:
    """An observer that writes all down."""

    def __init__(self):
        self.segments, self.frames, self.rows, self.statuses = [], [], [], []

    def started(self, segment, at_s):
        self.segments.append((segment.first, at_s))

    def sent(self, first, count, at_s):
        self.frames.append((first, count, at_s))

    def filed(self, tap, place, values, at_s):
        self.rows.append((tap, place, values, at_s))

    def status(self, status, at_s):
        self.statuses.append((status.received, at_s))


@pytest.fixture
def codes():
    return np.random.default_rng(1).integers(-99_999, 99_999, (1234, 4)).astype(np.int32)


def observed(fixed, codes, *, taps=Tap.TOKENS, rates=None, earbud=None, **options):
    earbud = earbud or Loopback(fixed)
    proxy = FaultProxy(earbud, rates or FaultRates(), 1)
    notes = Notes()
    with EarbudLink(proxy, fixed, clock=earbud, reopen=proxy.reopen, silence_s=20.0) as link:
        link.configure(fixed.design.design_hash, taps)
        return link.run(codes, observer=notes, **options), notes


@pytest.mark.parametrize("speed", [1.0, 4.0, 0.01])
def test_each_frame_leaves_when_its_last_sample_is_taken_and_no_earlier(fixed, codes, speed):
    result, notes = observed(fixed, codes, pace=Pace(RATE_HZ, speed))
    (_, began), *others = notes.segments
    assert not others
    assert [first for first, _, _ in notes.frames] == list(range(0, 1234, PER_FRAME))
    due = [(first + count) / (RATE_HZ * speed) for first, count, _ in notes.frames]
    late = np.array([at_s for _, _, at_s in notes.frames]) - began - due
    assert late.min() >= -1e-9
    assert late.max() <= 2e-6, "of an earbud that takes no time"
    assert result.wall_s == pytest.approx(1234 / (RATE_HZ * speed), abs=1e-5)
    np.testing.assert_array_equal(result.tokens, GoldenTokenizer(fixed).push(codes).tokens)


def test_a_slow_pace_is_not_taken_for_silence(fixed, codes):
    """Two frames at 40 s each, twice the earbud's patience."""
    result, notes = observed(fixed, codes[: 2 * PER_FRAME], pace=Pace(RATE_HZ, 0.0005))
    assert result.wall_s == pytest.approx(80, abs=1e-3)
    assert len(notes.statuses) == 2, "one for each frame, and no QUERY was asked"


def test_without_a_pace_no_time_passes(fixed, codes):
    result, notes = observed(fixed, codes)
    assert result.wall_s == 0
    assert sum(count for _, count, _ in notes.frames) == 1234


def test_the_observer_is_told_all_that_is_filed_once(fixed, codes):
    taps = Tap.TOKENS | Tap.BANDS | Tap.DECIMATED
    result, notes = observed(fixed, codes, taps=taps, pace=Pace(RATE_HZ))
    told = {tap: {} for tap in taps}
    for tap, place, values, _ in notes.rows:
        assert place not in told[tap]
        told[tap][place] = values
    golden = GoldenTokenizer(fixed).push(codes)
    for tap, wanted in ((Tap.TOKENS, golden.tokens), (Tap.BANDS, golden.bands), (Tap.DECIMATED, golden.decimated)):
        assert len(told[tap]) == np.prod(wanted.shape[:-1])
        assert all(np.array_equal(values, wanted[place]) for place, values in told[tap].items())
    assert result.received.all()


def test_a_row_is_told_at_the_time_at_which_its_last_sample_left(fixed, codes):
    """For the loopback answers at once: the decimator makes tick k of sample 5 k + 4, in frame (5 k + 4) // 20."""
    _, notes = observed(fixed, codes, taps=Tap.DECIMATED, pace=Pace(RATE_HZ))
    left = [at_s for _, _, at_s in notes.frames]
    for _, (tick,), _, at_s in notes.rows:
        assert at_s == pytest.approx(left[(5 * tick + 4) // PER_FRAME], abs=1e-9)


def test_what_the_line_lost_is_told_again(fixed, codes):
    result, notes = observed(fixed, codes, rates=FaultRates(drop=0.1), pace=Pace(RATE_HZ))
    firsts = [first for first, _, _ in notes.frames]
    assert len(firsts) > len(set(firsts)), "some frame was sent twice"
    assert len([tap for tap, *_ in notes.rows]) == result.received.sum() < result.received.size
    assert result.status.received == 1234


def test_after_a_restart_the_observer_is_told_where_the_stream_goes_on(fixed, codes):
    class Faltering(Notes):
        def sent(self, first, count, at_s):
            super().sent(first, count, at_s)
            if first == 600 and len(self.segments) == 1:
                earbud.reset(boots=1)

    earbud, notes = Loopback(fixed), Faltering()
    with EarbudLink(earbud, fixed, clock=earbud, silence_s=5.0) as link:
        link.configure(fixed.design.design_hash)
        result = link.run(codes, observer=notes, pace=Pace(RATE_HZ), resume=True)
    assert [first for first, _ in notes.segments] == [segment.first for segment in result.segments] == [0, 500]
    assert notes.frames[-1][2] - notes.segments[0][1] == pytest.approx(1.234, abs=1e-5), "it catches up with the pace"


def test_what_an_observer_raises_ends_the_run(fixed, codes):
    class Enough(Exception):
        pass

    class Impatient(Notes):
        def sent(self, first, count, at_s):
            raise Enough

    earbud = Loopback(fixed)
    with EarbudLink(earbud, fixed, clock=earbud) as link:
        link.configure(fixed.design.design_hash)
        with pytest.raises(Enough):
            link.run(codes, observer=Impatient())
        link.configure(fixed.design.design_hash)
        assert link.run(codes).received.all(), "the next run is none the worse"


@pytest.mark.parametrize(("rate_hz", "speed"), [(0, 1), (1000, -1), (float("nan"), 1), (1000, float("inf"))])
def test_a_pace_that_is_none_is_refused(rate_hz, speed):
    with pytest.raises(LinkError, match=r"pace: (rate|speed) .*: wanted a positive number"):
        Pace(rate_hz, speed)
