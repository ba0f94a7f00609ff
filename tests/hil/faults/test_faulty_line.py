"""No fault of a line stops a stream or falsifies it, and what is lost is named, frame by frame and token by token."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earloop.firmware.build import build_elf
from earloop.firmware.emulator import Emulator
from earloop.firmware.loopback import Loopback
from earloop.hil.faults.kinds import LINK_KINDS, FaultKind
from earloop.hil.faults.lossy_port import NO_FAULTS, FaultProxy, FaultRates
from earloop.hil.link.earbud_link import EarbudLink
from earloop.hil.link.port import open_port
from earloop.spec.errors import LinkError
from earloop.spec.golden import GoldenTokenizer
from earloop.spec.messages import Tap

WORST = 1e-2  # of each fault, a frame
ALL_TAPS = Tap.CODES | Tap.DECIMATED | Tap.NOTCHED | Tap.BANDS | Tap.TOKENS


def codes_of(samples, seed=1):
    return np.random.default_rng(seed).integers(-(2**22), 2**22, (samples, 4)).astype(np.int32)


def assert_golden(run, fixed, codes):
    """Every value that is there equals golden, started anew at each segment."""
    ends = [*(segment.first for segment in run.segments[1:]), len(codes)]
    for segment, end in zip(run.segments, ends, strict=True):
        golden = GoldenTokenizer(fixed).push(codes[segment.first : end])
        patches = slice(segment.first // 250, segment.first // 250 + len(golden.tokens))
        received = run.received[patches]
        np.testing.assert_array_equal(run.tokens[patches][received], golden.tokens[received])
        ticks = slice(segment.first // 5, segment.first // 5 + len(golden.decimated))
        for name in run.taps.keys() - {"codes"}:
            received = run.taps[name].received[ticks]
            np.testing.assert_array_equal(run.taps[name].values[ticks][received], getattr(golden, name)[received])
    if "codes" in run.taps:
        received = run.taps["codes"].received
        np.testing.assert_array_equal(run.taps["codes"].values[received], codes[received])


def assert_accounts_agree(proxy, link, status):
    """What the line did, and what the two ends found out: `status` is the answer to a question on a good line."""
    taken = proxy.to_host.in_order()
    stale = len(proxy.to_host.arrived) - len(taken)
    named = [n for loss in link.line.losses for n in range(loss.first, loss.first + loss.count)]
    assert named == sorted(set(range(taken[0], proxy.to_host.sent)) - set(taken))
    assert (link.line.stale, link.line.corrupt) == (stale, proxy.to_host.corrupt)
    taken = proxy.to_earbud.in_order()
    stale = len(proxy.to_earbud.arrived) - len(taken)
    lost = len(set(range(taken[0], proxy.to_earbud.sent)) - set(taken))
    assert (status.missing_in, status.stale_in, status.corrupt_in) == (lost, stale, proxy.to_earbud.corrupt)
    assert status.frames_in == len(taken)


def stream(fixed, codes, rates, seed, taps=Tap.TOKENS):
    """A stream over a bad line, and the account of it over the line as it was before."""
    earbud = Loopback(fixed)
    proxy = FaultProxy(earbud, NO_FAULTS, seed)
    with EarbudLink(proxy, fixed, clock=earbud, reopen=proxy.reopen) as link:
        link.configure(fixed.design.design_hash, taps)
        proxy.set_rates(rates)
        run = link.run(codes)
        proxy.set_rates(NO_FAULTS)
        link.query()  # brings out a frame that waits to be overtaken
        assert_accounts_agree(proxy, link, link.query())
    assert_golden(run, fixed, codes)
    return run, proxy


def test_five_minutes_over_the_worst_line(fixed):
    codes = codes_of(300_000)
    run, proxy = stream(fixed, codes, FaultRates(*[WORST] * 5, disconnect=WORST / 10), seed=1)
    assert all(proxy.to_host.faults[kind] > 100 for kind in LINK_KINDS)
    assert all(proxy.to_earbud.faults[kind] > 10 for kind in LINK_KINDS)
    assert 0.9 < run.received.mean() < 0.97  # a twentieth of the frames, and those that fell to a broken line
    assert run.status.received == len(codes)


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    rates=st.lists(st.floats(0, 0.04), min_size=5, max_size=5),
    disconnect=st.floats(0, 0.005),
    taps=st.sampled_from([Tap.TOKENS, Tap.CODES, Tap.BANDS, ALL_TAPS]),
    samples=st.integers(0, 2000),
)
def test_any_line_leaves_only_golden_values_and_names_what_it_lost(fixed, seed, rates, disconnect, taps, samples):
    stream(fixed, codes_of(samples), FaultRates(*rates, disconnect), seed, taps)


@pytest.mark.parametrize("kind", LINK_KINDS)
def test_a_session_begins_and_ends_over_a_line_with_much_of_one_fault(fixed, kind):
    rate = 0.04 if kind is FaultKind.DISCONNECT else 0.2  # a broken line takes all with it that is on its way
    codes = codes_of(1000)
    for seed in range(20):
        earbud = Loopback(fixed)
        proxy = FaultProxy(earbud, FaultRates.of(kind, rate), seed)
        with EarbudLink(proxy, fixed, clock=earbud, reopen=proxy.reopen) as link:
            link.configure(fixed.design.design_hash)
            assert_golden(link.run(codes), fixed, codes)


def test_a_dead_line_ends_in_one_line(fixed):
    earbud = Loopback(fixed)
    proxy = FaultProxy(earbud, NO_FAULTS, 1)
    with EarbudLink(proxy, fixed, clock=earbud, reopen=proxy.reopen) as link:
        link.configure(fixed.design.design_hash)
        proxy.set_rates(FaultRates(drop=1.0))
        with pytest.raises(LinkError, match=r"^earbud silent for 5\.\d s after START$"):
            link.run(codes_of(1000))


def test_a_port_that_stays_away_ends_in_one_line(fixed):
    earbud = Loopback(fixed)
    proxy = FaultProxy(earbud, NO_FAULTS, 1)

    def never():
        raise LinkError("the port is gone")

    with EarbudLink(proxy, fixed, clock=earbud, reopen=never) as link:
        link.configure(fixed.design.design_hash)
        proxy.set_rates(FaultRates(disconnect=0.2))
        with pytest.raises(LinkError, match=r"^the port failed after .* \(device disconnected\): is the earbud still"):
            link.run(codes_of(10_000))
    assert earbud.now() >= 5.0


class Resetting(Loopback):
    """An earbud that boots again once the host has sent so many frames; each time with the boot count that is next."""

    def __init__(self, fixed, after_frames, boots):
        super().__init__(fixed)
        self.left = list(after_frames)
        self.boots = iter(boots)

    def write(self, data):
        if self.left and (left := self.left[0]) >= 0:
            self.left[0] = left - 1
            if left == 0:
                self.left.pop(0)
                self.reset(next(self.boots))
        return super().write(data)


@settings(max_examples=40)
@given(
    after_frames=st.lists(st.integers(35, 120), min_size=1, max_size=4),
    rate=st.sampled_from([0.0, 0.01]),
    seed=st.integers(0, 2**16),
    taps=st.sampled_from([Tap.TOKENS, ALL_TAPS]),
)
def test_a_stream_goes_on_at_a_patch_and_loses_nothing_when_the_earbud_resets(fixed, after_frames, rate, seed, taps):
    codes = codes_of(2600)
    earbud = Resetting(fixed, after_frames, range(1, 9))
    proxy = FaultProxy(earbud, NO_FAULTS, seed)
    with EarbudLink(proxy, fixed, clock=earbud, reopen=proxy.reopen) as link:
        link.configure(fixed.design.design_hash, taps)
        proxy.set_rates(FaultRates(*[rate] * 5))
        run = link.run(codes, resume=True)
    assert_golden(run, fixed, codes)
    assert all(segment.first % 250 == 0 for segment in run.segments)
    assert [segment.boots for segment in run.segments] == sorted({segment.boots for segment in run.segments})
    if rate == 0:
        assert run.received.all()
        assert all(record.received.all() for record in run.taps.values())


def test_a_reset_without_resuming_is_an_error_that_says_where(fixed):
    earbud = Resetting(fixed, [40], [1])
    with EarbudLink(earbud, fixed, clock=earbud) as link:
        link.configure(fixed.design.design_hash)
        with pytest.raises(LinkError, match=r"^earbud restarted: boot count 1, was 0, after sample \d\d\d$"):
            link.run(codes_of(2600))


def test_a_loss_of_power_that_leaves_no_boot_count_is_resumed_after_silence(fixed):
    codes = codes_of(2600)
    earbud = Resetting(fixed, [40], [0])
    with EarbudLink(earbud, fixed, clock=earbud) as link:
        link.configure(fixed.design.design_hash)
        run = link.run(codes, resume=True)
    assert len(run.segments) == 2
    assert run.received.all()
    assert_golden(run, fixed, codes)


def test_an_earbud_that_resets_without_end_is_given_up(fixed):
    earbud = Resetting(fixed, [14] * 1000, range(1, 1001))
    with EarbudLink(earbud, fixed, clock=earbud) as link:
        link.configure(fixed.design.design_hash)
        with pytest.raises(LinkError, match=r"^earbud restarted: boot count \d+, was \d+, after "):
            link.run(codes_of(2600), resume=True)


def test_the_emulated_board_streams_over_the_worst_line_and_through_a_reset(fixed):
    codes = codes_of(4000)
    with Emulator(build_elf(fixed)) as emulator:
        port = open_port(emulator.port, fixed.design)
        proxy = FaultProxy(port, NO_FAULTS, seed=1)
        resets = iter([emulator.reset])

        def reset_in_mid_patch(taken):
            if taken > 1600:
                next(resets, lambda: None)()

        with EarbudLink(proxy, fixed, reopen=proxy.reopen, silence_s=20.0, ask_s=0.1) as link:
            link.configure(fixed.design.design_hash)
            proxy.set_rates(FaultRates(*[WORST] * 5, disconnect=WORST / 10))
            run = link.run(codes, advance=reset_in_mid_patch, resume=True)
            proxy.set_rates(NO_FAULTS)
            status = link.query()
        port.close()
    assert_golden(run, fixed, codes)
    assert [segment.boots for segment in run.segments] == [0, 1]
    assert status.boots == 1
    assert 0 < run.segments[1].first <= 2000
    assert run.received.mean() > 0.8
