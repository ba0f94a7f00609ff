"""Faults that begin and end while a device runs: what they do is what they do to a whole recording."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.hil.faults.changing_codes import SpoiltCodes
from earloop.hil.faults.fault import Fault, FaultError, parse_fault
from earloop.hil.faults.front_end import apply_fault
from earloop.hil.faults.kinds import FAULT_KINDS, Family, FaultKind
from earloop.hil.live.snapshot import BenchState
from earloop.hil.run.golden import run_golden
from earloop.spec.messages import Tap
from tests.hil.live.test_bench import at_sample, ran

OF_LINE, OF_FRONT_END = (
    [kind for kind, facts in FAULT_KINDS.items() if facts.family is family]
    for family in (Family.LINK, Family.FRONT_END)
)


def injected(kind):
    return parse_fault(kind.value)


def tokens_of(bench, monkeypatch):
    """The tokens that a bench files, by their place."""
    tokens, filed = {}, bench.filed

    def noting(tap, place, values, at_s):
        if tap is Tap.TOKENS:
            tokens[place] = values.copy()
        filed(tap, place, values, at_s)

    monkeypatch.setattr(bench, "filed", noting)
    return tokens


@pytest.mark.parametrize("kind", OF_FRONT_END)
def test_codes_that_go_wrong_and_right_again_are_those_of_a_spoilt_recording(codes, design, kind):
    fault, samples = injected(kind).on(design), len(codes)
    fed = SpoiltCodes(codes, design)
    read = [fed.codes[:3000].copy()]
    fed.begin(fault, 3000)
    read.append(fed.codes[3000:7000].copy())
    lasts_s = None
    if fault.facts.spans:
        fed.end(7000)
        lasts_s = 4.0
    read.append(fed.codes[7000:].copy())
    wanted = apply_fault(codes, fault.model_copy(update={"begins_s": 3.0, "lasts_s": lasts_s}), design)[:samples]
    found = np.concatenate(read)
    assert len(found) == samples
    np.testing.assert_array_equal(found[: len(wanted)], wanted)
    assert (found[len(wanted) :] == wanted[-1]).all()
    assert (found != codes).any()


@pytest.mark.parametrize("first", [0, 1, 9998, 9999])
@pytest.mark.parametrize("kind", OF_FRONT_END)
def test_a_fault_may_begin_at_any_sample(codes, design, kind, first):
    fed = SpoiltCodes(codes, design)
    fed.begin(injected(kind).on(design), first)
    np.testing.assert_array_equal(fed.codes[:first], codes[:first])


@pytest.mark.parametrize("device", ["golden", "loopback"])
def test_a_front_end_fails_while_the_device_runs_and_comes_right_again(make_bench, fixed, codes, device, monkeypatch):
    """The device's tokens are, bit for bit, those of the golden model on a recording with the same fault in it."""
    bench = make_bench(device)
    tokens = tokens_of(bench, monkeypatch)
    at_sample(bench, 2000, lambda: bench.inject(parse_fault("swapped:T8,T7")), monkeypatch)
    at_sample(bench, 6000, lambda: bench.inject(None), monkeypatch)
    shown = ran(bench)
    fault = Fault(kind=FaultKind.SWAPPED, channels=("T8", "T7"), begins_s=2.0, lasts_s=4.0)
    wanted = run_golden(fixed, apply_fault(codes, fault, fixed.design)).taps.tokens
    assert len(tokens) == 40 * 48
    for place, values in tokens.items():
        np.testing.assert_array_equal(values, wanted[place])
    assert (shown.verdict, shown.fault, shown.struck.begins_s) == ("FAIL", None, 2.0)
    assert shown.account.taps[0].first.channel in ("T7", "T8")
    _, raw = bench.envelope("raw", 0, 1, 9999)
    lsb_uv = fixed.design.converter.lsb_uv
    np.testing.assert_allclose(raw[500, 0, 0], codes[2500:2505, 2].min() * lsb_uv, rtol=1e-6)


@pytest.mark.parametrize("kind", OF_LINE)
def test_a_bad_line_loses_tokens_and_changes_none(make_bench, kind):
    bench = make_bench("loopback")
    bench.inject(injected(kind))
    shown = ran(bench)
    assert shown.state is BenchState.ENDED, shown.reason
    assert shown.line.faults > 0
    assert shown.account.mismatches == shown.account.taps[1].mismatches == 0
    assert (shown.verdict == "FAIL") == (shown.account.lost_tokens > 0)
    assert shown.account.patches == 40


def test_a_line_that_is_mended_is_sound(make_bench, monkeypatch):
    bench, halfway = make_bench("loopback"), []
    bench.inject(parse_fault("drop"))

    def mend():
        bench.inject(None)
        halfway.append(bench.snapshot())

    at_sample(bench, 5000, mend, monkeypatch)
    shown = ran(bench)
    assert halfway[0].account.lost_tokens > 0
    assert shown.account.lost_tokens <= halfway[0].account.lost_tokens + 2 * 48, "but for what was on its way"
    assert shown.fault is None


def test_an_earbud_that_is_reset_goes_on_and_is_judged_from_its_new_beginning(make_bench, monkeypatch):
    bench = make_bench("loopback")
    at_sample(bench, 5620, lambda: bench.inject(parse_fault("reset")), monkeypatch)
    shown = ran(bench)
    assert (shown.struck.kind, shown.fault) == (FaultKind.RESET, None), "it does not last"
    account = shown.account
    assert (account.mismatches, account.lost_tokens, account.patches) == (0, 0, 40), shown.reason


@pytest.mark.parametrize("device", ["golden", "rtl"])
def test_a_tokenizer_that_is_reset_says_what_one_says_that_begins_anew(make_bench, fixed, codes, device, monkeypatch):
    bench = make_bench(device)
    tokens = tokens_of(bench, monkeypatch)
    at_sample(bench, 5620, lambda: bench.inject(parse_fault("reset")), monkeypatch)
    ran(bench)
    whole, anew = run_golden(fixed, codes).taps.tokens, run_golden(fixed, codes[5750:]).taps.tokens
    for (patch, channel, band), values in tokens.items():
        wanted = whole[patch] if patch < 23 else anew[patch - 23]
        np.testing.assert_array_equal(values, wanted[channel, band])


def test_a_fault_is_there_from_the_beginning_of_the_next_pass(make_bench, codes, monkeypatch):
    bench = make_bench("golden", codes=codes[:1000])
    bench.inject(parse_fault("gain:T9"))
    for _ in range(2):
        shown = ran(bench)
        assert (shown.struck.begins_s, shown.account.taps[0].first.channel) == (0.0, "T9")
    bench.inject(None)
    assert ran(bench).verdict == "PASS"


def test_only_what_the_device_can_have_is_brought_about(make_bench):
    bench = make_bench("golden")
    with pytest.raises(FaultError, match=r"^drop: this device cannot have it while it runs; valid: stuck"):
        bench.inject(parse_fault("drop"))
    with pytest.raises(FaultError, match=r"^gain: no channel Fp1"):
        bench.inject(parse_fault("gain:Fp1"))
    assert bench.snapshot().fault is None
