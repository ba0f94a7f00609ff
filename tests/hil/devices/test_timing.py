"""Latency, age, jitter and loss, against arrivals that were made up and an earbud that takes no time."""

from __future__ import annotations

import json

import numpy as np
import pytest

from earloop.firmware.loopback import Loopback
from earloop.hil.devices.earbud import identify
from earloop.hil.devices.open_device import DeviceOptions, open_device
from earloop.hil.devices.paced import run_paced
from earloop.hil.judging.judge import judge
from earloop.hil.link.arrivals import Arrivals
from earloop.hil.link.earbud_link import EarbudLink
from earloop.hil.link.measure_timing import timing_of
from earloop.hil.link.pace import Pace
from earloop.hil.link.tap_records import StreamSegment
from earloop.hil.reports.summary import write_report
from earloop.hil.run.loss import loss_of
from earloop.spec.errors import EarloopError
from earloop.spec.messages import Tap

PATCH_S, TOKENS = 0.25, 48


class PacedLoopback:
    """The firmware in this process as a device; its time passes only while the host waits for the pace."""

    def __init__(self, fixed):
        self._fixed = fixed
        self._earbud = Loopback(fixed)
        self._link = EarbudLink(self._earbud, fixed, clock=self._earbud)
        self.identity, self.offered = identify("serial", "loopback", self._link, None)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._link.close()

    def run(self, codes, advance):
        return run_paced(self._link, self._fixed, codes, advance)


def made_up(design, late_s, lost=()):
    """Patches whose samples leave when they are due, one at a time, and whose tokens arrive `late_s` after that."""
    arrivals = Arrivals(design, 250 * len(late_s))
    arrivals.started(StreamSegment(0, 1, 1), 100.0)
    for sample in range(250 * len(late_s)):
        arrivals.sent(sample, 1, 100.0 + (sample + 1) / 1000)
    for patch, late in enumerate(late_s):
        for channel in range(4):
            for band in range(12):
                if (patch, channel, band) not in lost:
                    arrivals.filed(Tap.TOKENS, (patch, channel, band), None, 100.0 + PATCH_S * (patch + 1) + late)
    return timing_of(arrivals, Pace(1000), design)


def test_latency_counts_from_the_newest_sample_and_age_from_each(design):
    timing = made_up(design, [0.010, 0.010, 0.030])
    np.testing.assert_allclose(timing.latency_s, np.repeat([0.010, 0.010, 0.030], TOKENS), atol=1e-9)
    ages = np.concatenate([late + np.arange(249, -1, -1) / 1000 for late in (0.010, 0.010, 0.030)])
    np.testing.assert_allclose(timing.age_s, ages, atol=1e-9)
    np.testing.assert_allclose(timing.jitter_s, [0, 0, 0.020], atol=1e-9)
    assert timing.tokens_per_s == pytest.approx(3 * TOKENS / 0.78)


def test_a_lost_token_has_no_latency_and_its_patch_no_age(design):
    timing = made_up(design, [0.010, 0.010, 0.030], lost=[(1, 2, 3)])
    assert len(timing.latency_s) == 3 * TOKENS - 1
    assert len(timing.age_s) == 500
    assert len(timing.jitter_s) == 2
    assert np.isfinite(list(timing.measurements.values())).all()


def test_samples_that_are_sent_again_count_from_then(design):
    arrivals = Arrivals(design, 250)
    arrivals.started(StreamSegment(0, 1, 1), 0.0)
    arrivals.sent(0, 250, 0.25)
    arrivals.sent(240, 10, 0.40)
    arrivals.filed(Tap.TOKENS, (0, 0, 0), None, 0.45)
    np.testing.assert_allclose(timing_of(arrivals, Pace(1000), design).latency_s, [0.05])


def test_a_run_of_which_nothing_came_has_no_numbers_but_no_crash(design):
    arrivals = Arrivals(design, 500)
    arrivals.started(StreamSegment(0, 1, 1), 0.0)
    assert np.isnan(timing_of(arrivals, Pace(1000), design).measurements["latency_ms_p50"])


@pytest.mark.parametrize(
    ("received", "bursts"), [("11111", []), ("01101", [1, 1]), ("10001", [3]), ("00000", [5]), ("11100", [2])]
)
def test_tokens_lost_in_a_row_are_one_burst(received, bursts):
    loss = loss_of(np.array([digit == "1" for digit in received]).reshape(-1, 1, 1))
    assert loss.bursts.tolist() == bursts
    assert loss.tokens == sum(bursts)
    assert loss.longest == max(bursts, default=0)


@pytest.fixture(scope="module")
def paced(fixed, codes_10s):
    with PacedLoopback(fixed) as device:
        return judge(device, codes_10s, fixed)


def test_an_earbud_that_takes_no_time_is_as_late_as_the_framing_alone(paced):
    timing = paced.run.timing
    assert paced.passed
    np.testing.assert_allclose(timing.latency_s, 0, atol=1e-5)
    # Frames end at every 20th sample, patches at every 250th: those of even number wait 10 samples for their frame.
    np.testing.assert_allclose(np.unique(np.round(timing.jitter_s, 3)), [-0.005, 0.005])
    assert timing.age_s.max() == pytest.approx(0.249 + 0.010, abs=1e-4)
    assert paced.realtime_factor > 1, "the loopback's time is not the host's"


def test_the_report_of_a_paced_run_has_its_timing(paced, design, tmp_path):
    write_report(paced, design, "a.zarr", tmp_path / "out")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["measurements"]["latency_ms_p50"] == pytest.approx(0, abs=0.01)
    assert summary["measurements"]["tokens_per_s"] == pytest.approx(192, rel=0.01)
    assert summary["loss"] == {"tokens": 0, "bursts": 0, "longest_burst": 0}
    page = (tmp_path / "out" / "report.html").read_text()
    assert '<section id="timing">' in page
    assert "latency of tokens, ms" in page


@pytest.mark.parametrize("kind", ["golden", "rtl"])
def test_a_device_without_a_link_has_no_pace(fixed, kind):
    with pytest.raises(EarloopError, match=f"^{kind}: has no link to pace; leave --paced out$"):
        open_device(kind, fixed, DeviceOptions(paced=True))
