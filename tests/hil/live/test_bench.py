"""The live bench: that what it accumulates is the verdict of the rig, and what it does when it is stopped or hurt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from earloop.hil.devices.faulty import FaultyFrontEnd
from earloop.hil.devices.in_process import GoldenDevice
from earloop.hil.faults.fault import Fault
from earloop.hil.faults.kinds import FaultKind
from earloop.hil.judging.judge import judge
from earloop.hil.live.bench import LiveBench
from earloop.hil.live.impedance import impedance_track
from earloop.hil.live.snapshot import BenchState
from earloop.recordings import Track, write_session
from earloop.spec.errors import EarloopError
from earloop.spec.messages import Tap

DEVICES = ("golden", "loopback")


def at_sample(bench, sample, act, monkeypatch):
    """Have something done, once, in the frame with which so many samples have left."""
    sent, acts = bench.sent, [act]

    def acting(first, count, at_s):
        if first < sample <= first + count and acts:
            acts.pop()()
        sent(first, count, at_s)

    monkeypatch.setattr(bench, "sent", acting)


def ran(bench):
    bench.start()
    bench.wait(120)
    return bench.snapshot()


@pytest.mark.parametrize("kind", DEVICES)
def test_what_accumulates_is_the_verdict_of_the_rig(make_bench, recording, fixed, kind):
    shown = ran(make_bench(kind))
    verdict = judge(GoldenDevice(fixed), recording, fixed)
    assert (shown.state, shown.verdict) == (BenchState.ENDED, "PASS"), shown.reason
    assert shown.identity.kind == {"golden": "golden", "loopback": "firmware"}[kind]
    account = shown.account
    assert (account.tokens, account.lost_tokens, account.mismatches) == (40 * 48, 0, 0)
    assert [tap.compared for tap in account.taps] == [2000 * 48, 2000 * 48]
    for live, batch in zip(account.qualities, verdict.qualities, strict=True):
        for name in ("sqnr_db", "in_range", "signal_uv", "error_uv"):
            np.testing.assert_allclose(getattr(live, name), getattr(batch, name), rtol=1e-5, err_msg=live.band)
        np.testing.assert_array_equal(live.passed, batch.passed)


def test_what_a_filter_clips_is_left_out_as_the_rig_does(fixed, make_bench, recording):
    spoilt = recording.data.copy()
    spoilt[3000:3040, 1] = 2**23 - 1
    batch = judge(GoldenDevice(fixed), replace(recording, data=spoilt), fixed).qualities
    live = ran(make_bench("golden", codes=spoilt)).account.qualities
    assert min(quality.in_range[1] for quality in batch) < 1, "something was clipped"
    for one, other in zip(live, batch, strict=True):
        np.testing.assert_allclose(one.in_range, other.in_range)
        np.testing.assert_allclose(one.sqnr_db, other.sqnr_db, rtol=1e-5)


def test_the_first_difference_is_the_one_that_the_rig_finds(fixed, make_bench, recording, monkeypatch):
    fault = Fault(kind=FaultKind.SATURATION, channels=("T9",), begins_s=5.02)
    bench = make_bench("golden")
    at_sample(bench, 5020, lambda: bench.inject(fault), monkeypatch)
    account = ran(bench).account
    with FaultyFrontEnd(GoldenDevice(fixed), fault, fixed.design) as device:
        verdict = judge(device, recording, fixed)
    tokens, bands = account.taps
    batch = {tap.tap: tap for tap in verdict.taps}
    assert (tokens.mismatches, bands.mismatches) == (batch["tokens"].mismatches, batch["bands"].mismatches)
    assert (tokens.first, bands.first) == (batch["tokens"].first, batch["bands"].first)
    assert account.reasons[0].startswith("tokens: ")


@pytest.mark.parametrize("kind", DEVICES)
def test_it_takes_the_recordings_own_time(make_bench, kind):
    bench = make_bench(kind, speed=2.0)
    with bench.device:
        began = bench.device.clock.now()
    ran(bench)
    assert bench.device.clock.now() - began == pytest.approx(5.0, abs=0.01)


def test_a_device_that_is_no_match_for_the_pace_is_behind_its_time(make_bench, monkeypatch):
    bench = make_bench("golden")
    assert ran(bench).late_s < 1e-5
    filed = bench.filed

    def slow(tap, place, values, at_s):
        if tap is Tap.DECIMATED:
            bench.device.clock.wait(0.006)  # for a tick of 5 ms
        filed(tap, place, values, at_s)

    monkeypatch.setattr(bench, "filed", slow)
    assert ran(bench).late_s == pytest.approx(2.0, rel=0.05), "1 ms for each of 2000 ticks"


@pytest.mark.parametrize("kind", DEVICES)
def test_it_does_not_fall_behind(make_bench, design, kind, monkeypatch):
    """Of what has left, never more waits to be judged than the patch that is not whole and what is on its way."""
    bench, backlogs = make_bench(kind), []
    sent = bench.sent

    def noting(first, count, at_s):
        sent(first, count, at_s)
        backlogs.append(bench.snapshot().backlog)

    monkeypatch.setattr(bench, "sent", noting)
    ran(bench)
    assert len(backlogs) == 500
    link = design.link
    assert max(backlogs) <= 250 + link.samples_per_frame * link.credit_frames


def test_an_earbud_that_answers_at_once_shows_no_latency(make_bench):
    latency = ran(make_bench("loopback")).latency
    assert latency.count == 40 * 48
    assert latency.longest_ms < 1e-3


@pytest.mark.parametrize("kind", DEVICES)
def test_traces_hold_what_went_in_and_what_came_out(make_bench, codes, fixed, kind):
    bench = make_bench(kind)
    ran(bench)
    lsb_uv = fixed.design.converter.lsb_uv
    first, raw = bench.envelope("raw", 0, 1, 9999)
    assert first == 0
    np.testing.assert_allclose(raw[:, 0], codes.reshape(2000, 5, 4).min(axis=1) * lsb_uv, rtol=1e-6)
    golden = GoldenDevice(fixed).run(codes, lambda samples: None).taps["bands"]
    _, bands = bench.envelope("bands", 0, 1, 9999)
    np.testing.assert_allclose(bands[:, 1], golden.reshape(2000, -1) * lsb_uv / 2**12, rtol=1e-5, atol=1e-6)


def test_a_device_that_emits_only_tokens_has_its_bands_drawn_from_them(make_bench, codes, fixed, monkeypatch):
    bench = make_bench("golden")
    monkeypatch.setattr(bench.device, "taps", Tap.TOKENS, raising=False)
    shown = ran(bench)
    assert [tap.tap for tap in shown.account.taps] == ["tokens"]
    _, bands = bench.envelope("bands", 0, 1, 9999)
    golden = GoldenDevice(fixed).run(codes, lambda samples: None).taps["bands"]
    exact = golden * fixed.design.converter.lsb_uv / 2**12
    step_uv = np.array(fixed.token_lsb_uv)
    off = np.abs(bands[:, 0].reshape(2000, 4, 12) - exact)
    assert (off <= step_uv * 0.51).mean() > 0.999, "half a step, but where a token clips"


def test_a_loop_begins_again_and_goes_on_counting(make_bench, codes, monkeypatch):
    bench = make_bench("golden", codes=codes[:1000], loop=True)
    started = bench.started

    def twice(segment, at_s):
        started(segment, at_s)
        if bench.snapshot().passes == 3:
            bench.stop()

    monkeypatch.setattr(bench, "started", twice)
    shown = ran(bench)
    assert (shown.state, shown.passes, shown.account.tokens) == (BenchState.STOPPED, 3, 2 * 4 * 48)
    assert shown.account.mismatches == 0, "the tokenizer began anew each time"
    assert bench.envelope("bands", 0, 50, 99)[1].shape[0] == 8


def test_what_was_measured_stays_after_a_stop_and_goes_with_the_next_start(make_bench, monkeypatch):
    bench = make_bench("golden")
    filed = bench.filed

    def stop_halfway(tap, place, values, at_s):
        if tap is Tap.TOKENS and place[0] == 20:
            bench.stop()
        filed(tap, place, values, at_s)

    monkeypatch.setattr(bench, "filed", stop_halfway)
    shown = ran(bench)
    assert (shown.state, shown.verdict, shown.account.patches) == (BenchState.STOPPED, "PASS so far", 21)
    monkeypatch.undo()
    assert ran(bench).account.patches == 40


def test_impedance_is_that_of_the_recording_at_its_time_and_none_where_it_is_unknown(make_bench):
    rows = Track(np.array([[1.0, 2.0], [3.0, 4.0]]), 0.2, ("T7", "TP9"), "kOhm")
    assert ran(make_bench("golden", impedance=rows)).impedance_kohm == {"T7": 3.0, "TP9": 4.0}
    assert ran(make_bench("golden")).impedance_kohm is None


def test_the_impedance_of_a_recording_is_its_track(tmp_path, recording):
    track = Track(np.array([[1.0, 2.0]]), 1.0, ("T7", "TP9"), "kOhm")
    write_session(recording, tmp_path / "known.zarr", {"impedance": track})
    write_session(recording, tmp_path / "unknown.zarr")
    (tmp_path / "file.bdf").write_text("no session")
    assert impedance_track(tmp_path / "known.zarr").columns == ("T7", "TP9")
    assert impedance_track(tmp_path / "unknown.zarr") is None
    assert impedance_track(tmp_path / "file.bdf") is None


def test_a_recording_too_short_for_a_token_is_refused(fixed, make_bench, codes):
    with pytest.raises(EarloopError, match="249 samples yield no token: at least 250 are needed"):
        LiveBench(fixed, make_bench("golden").device, codes[:249])
