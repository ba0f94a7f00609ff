"""How contacts change after donning, against what was measured of them."""

import numpy as np
import pytest

from earloop.sim import CUSTOM_FIT, GENERIC_FIT, WET_FIT
from earloop.sim.contacts.fit import AG_AGCL
from earloop.sim.contacts.half_cell import drift_uv
from earloop.sim.contacts.settling import Settling, draw_settling, relative_impedance
from earloop.sim.contacts.slow_process import SLOW_HZ, SlowTime

MINUTE = int(60 * SLOW_HZ)


def of_kind(kind: str, minutes: int) -> np.ndarray:
    """Relative impedance, in the mean over sessions, [rows, contacts]."""
    rng = np.random.default_rng(0)
    settlings = [s for s in (draw_settling(GENERIC_FIT, rng) for _ in range(600)) if s.kind == kind]
    settlings = [
        Settling(kind=s.kind, excess=s.excess, offset_excess_uv=s.offset_excess_uv, time_s=s.time_s) for s in settlings
    ]
    return np.mean([relative_impedance(settlings, minutes * MINUTE, rng) for _ in range(10)], axis=0)


def test_contacts_settle_at_once_or_in_1_to_3_minutes_or_never():
    immediate, slow, never = (of_kind(kind, 10).mean(axis=1) for kind in ("immediate", "slow", "never"))
    assert np.ptp(immediate[::MINUTE]) < 0.1
    assert slow[0] > 2 * slow[-1]
    assert slow[MINUTE // 2] > 1.25 * slow[-1]  # not yet
    assert slow[3 * MINUTE] < 1.1 * slow[-1]  # by now
    assert never[-1] > 2 * immediate[-1]
    assert np.ptp(never[::MINUTE]) < 0.2 * never[-1]


def test_the_fit_decides_how_many_settle():
    def share(fit, kind: str) -> float:
        rng = np.random.default_rng(1)
        return float(np.mean([draw_settling(fit, rng).kind == kind for _ in range(1000)]))

    assert share(WET_FIT, "immediate") == pytest.approx(0.8, abs=0.04)
    assert share(CUSTOM_FIT, "never") == pytest.approx(0.1, abs=0.03)
    assert share(GENERIC_FIT, "slow") == pytest.approx(0.4, abs=0.05)


def test_sweat_lowers_all_contacts_at_once_by_a_quarter_at_most():
    sweat = relative_impedance([Settling(kind="immediate")] * 3, 60 * MINUTE, np.random.default_rng(0))
    np.testing.assert_allclose(sweat, np.repeat(sweat[:, :1], 3, axis=1), rtol=1e-12)
    assert 0.75 <= sweat.min() < 0.85
    assert sweat.max() <= 1


def test_cerumen_adds_up_to_86_percent_over_hours():
    rng = np.random.default_rng(0)
    share = [draw_settling(GENERIC_FIT, rng).cerumen for _ in range(500)]
    assert 0.8 < max(share) <= 0.86
    assert draw_settling(WET_FIT, rng).cerumen == 0.0
    dirty, clean = (
        relative_impedance([Settling(kind="immediate", cerumen=c)], 600 * MINUTE, np.random.default_rng(0))[:, 0]
        for c in (0.86, 0.0)
    )
    assert dirty[0] == clean[0]
    assert dirty[-1] / clean[-1] == pytest.approx(1.86, rel=0.01)
    assert np.all(np.diff(dirty / clean) >= -1e-12)


def test_offsets_drift_as_real_ones_do_and_stay_out_of_delta():
    time, rng = SlowTime(150_000, 1000.0), np.random.default_rng(0)
    slow = drift_uv(AG_AGCL, [Settling(kind="immediate")] * 20, time.rows, rng)
    runs = np.array([time.stretch(column) for column in slow.T], np.float64)
    per_second = np.median(np.abs(np.diff(runs.reshape(20, 150, 1000).mean(axis=2), axis=1)), axis=1)
    assert 6 < np.median(per_second) < 24  # uV/s (OpenBCI recordings)
    assert 400 < np.median(np.ptp(runs, axis=1)) < 2000  # uV in 2.5 min
    spectrum = np.abs(np.fft.rfft(np.diff(runs[0]))) ** 2  # differenced: the ends of a drift do not meet
    f = np.fft.rfftfreq(149_999, 1e-3)
    delta = (f > 0.5) & (f < 4)
    power = (spectrum[delta] / (2 * np.sin(np.pi * f[delta] / 1000)) ** 2).sum() * 2 / 149_999**2
    assert np.sqrt(power) < 2  # uV rms, beside 2.5..5.3 of EEG


def test_an_offset_settles_along_with_its_contact():
    settlings = [
        Settling(kind="slow", excess=2.0, offset_excess_uv=offset_uv, time_s=30.0) for offset_uv in (500.0, 0.0)
    ]
    runs = [drift_uv(AG_AGCL, [s], MINUTE, np.random.default_rng(0))[:, 0] for s in settlings]
    time_s = np.arange(MINUTE) / SLOW_HZ
    np.testing.assert_allclose(runs[0] - runs[1], 500 * np.exp(-time_s / 30), rtol=1e-9)


@pytest.mark.parametrize(("samples", "sfreq"), [(1, 1000.0), (2, 256.0), (1000, 256.0), (60_000, 1000.0), (777, 250.0)])
def test_stretching_draws_straight_lines(samples, sfreq):
    time = SlowTime(samples, sfreq)
    slow = np.random.default_rng(0).standard_normal(time.rows)
    wanted = np.interp(np.arange(samples) / sfreq, np.arange(time.rows) / SLOW_HZ, slow)
    np.testing.assert_allclose(time.stretch(slow), wanted, atol=1e-5)
