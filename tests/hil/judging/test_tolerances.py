"""What a verdict lets pass, and by how much it says that more than that was missed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from earloop.hil.devices.in_process import GoldenDevice
from earloop.hil.devices.replayed import DeviceError
from earloop.hil.judging.compare import TapComparison
from earloop.hil.judging.judge import judge
from earloop.hil.judging.tolerances import Tolerances
from earloop.hil.reports.summary import write_report
from tests.hil.conftest import AlteredDevice


def five_wrong(run):
    run.tokens[20, 1, 2, :5] += 1
    return run


def three_lost(run):
    received = np.ones(run.tokens.shape[:3], bool)
    received[7, 1, 3:6] = False
    run.tokens[~received] = 0
    return replace(run, received=received)


def reasons(fixed, recording, alter, **limits):
    return judge(AlteredDevice(fixed, alter), recording, fixed, tolerances=Tolerances(**limits)).reasons


def test_values_that_differ_pass_up_to_the_limit(fixed, codes_10s):
    assert reasons(fixed, codes_10s, five_wrong, mismatches=5) == []
    (reason,) = reasons(fixed, codes_10s, five_wrong, mismatches=3)
    assert reason.startswith("tokens: 5 of ")
    assert reason.endswith("; 3 are allowed, 2 too many")


def test_lost_tokens_are_counted_and_held_to_the_limit(fixed, codes_10s):
    assert reasons(fixed, codes_10s, three_lost, lost_tokens=3) == []
    assert reasons(fixed, codes_10s, three_lost, lost_tokens=1) == [
        "3 tokens lost on the line; 1 are allowed, 2 too many"
    ]  # fmt: skip


def test_without_tolerances_a_loss_allows_of_no_verdict(fixed, codes_10s):
    with pytest.raises(DeviceError, match="3 of 1,920 tokens missing"):
        judge(AlteredDevice(fixed, three_lost), codes_10s, fixed)


def test_a_band_is_held_to_its_own_sqnr(fixed, codes_10s):
    verdict = judge(GoldenDevice(fixed), codes_10s, fixed)
    delta = verdict.qualities[0]
    wanted = delta.worst_db + 1
    short = {name: wanted - db for name, db in zip(fixed.design.channels, delta.sqnr_db, strict=True) if db < wanted}
    found = reasons(fixed, codes_10s, lambda run: run, min_sqnr_db={"eeg_delta": wanted})
    assert [reason.split(": SQNR")[0] for reason in found] == [f"eeg_delta, channel {name}" for name in short]
    for reason, short_db in zip(found, short.values(), strict=True):
        assert reason.endswith(f"{short_db:.1f} dB short")
    assert reasons(fixed, codes_10s, lambda run: run, min_sqnr_db={"eeg_delta": delta.worst_db - 0.1}) == []


def test_clipped_token_samples_are_held_to_their_share(fixed, codes_10s):
    loud = replace(codes_10s, data=np.clip(codes_10s.data.astype(np.int64) * 400, -(2**23), 2**23 - 1).astype(np.int32))
    verdict = judge(GoldenDevice(fixed), loud, fixed)
    assert verdict.saturated_share > 0
    (reason,) = judge(GoldenDevice(fixed), loud, fixed, tolerances=Tolerances(saturated_share=0)).reasons
    assert reason == f"{verdict.saturated_share:.3%} of the token samples clipped; 0.000% are allowed, " + (
        f"{verdict.saturated_share:.3%} too many"
    )


def test_the_page_of_a_pass_within_limits_claims_no_more(fixed, codes_10s, tmp_path):
    limits = Tolerances(mismatches=5)
    verdict = judge(AlteredDevice(fixed, five_wrong), codes_10s, fixed, tolerances=limits)
    write_report(verdict, fixed.design, "a.zarr", tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text()
    assert "Within its tolerances: 5 token samples differ" in page
    assert "bit for bit" not in page
    assert 'failures="0"' in (tmp_path / "out" / "junit.xml").read_text()


def test_what_never_came_is_not_held_to_what_may_differ():
    tap = TapComparison(tap="bands", compared=100, mismatches=0, missing=12, first=None)
    assert tap.trouble_beyond(mismatches=3, may_lose=False) == "12 values missing or too many"
