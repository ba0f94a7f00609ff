"""Contacts against the tables that they are drawn from."""

import numpy as np
import pytest

from sim import CUSTOM_FIT, GENERIC_FIT, Contact
from sim.contact import MEASURED_HZ, draw_contact
from sim.half_cell import half_cell_uv
from sim.motion_coupling import shaking_g


@pytest.mark.parametrize(("fit", "median_kohm"), [(CUSTOM_FIT, 4.8), (GENERIC_FIT, 16.6)])
def test_impedances_are_spread_as_the_fit_says(fit, median_kohm):
    rng = np.random.default_rng(0)
    kohm = [abs(complex(draw_contact(fit, rng).impedance_ohm(MEASURED_HZ))) / 1e3 for _ in range(2000)]
    assert np.median(kohm) == pytest.approx(median_kohm, rel=0.06)  # 5 and 14.8 kOhm in the tables themselves
    assert np.log(kohm).std() == pytest.approx(fit.ln_kohm_sd, rel=0.06)


def test_impedance_is_that_of_two_resistors_and_a_capacitor():
    contact = Contact(2e3, 51e3, 47e-9, 0, 0, 0, 0)
    assert abs(complex(contact.impedance_ohm(0.0))) == pytest.approx(53e3)
    capacitor = 1 / (2j * np.pi * 50 * 47e-9)
    assert complex(contact.impedance_ohm(50.0)) == pytest.approx(2e3 + 51e3 * capacitor / (51e3 + capacitor))


def test_offsets_drift_as_real_ones_do_and_stay_out_of_delta():
    rng = np.random.default_rng(0)
    contact = Contact(2e3, 51e3, 47e-9, 9e3, 0, 0, 0)
    runs = np.array([half_cell_uv(contact, 150_000, 1000.0, rng) for _ in range(20)])
    assert runs[:, 0].mean() == pytest.approx(9e3, abs=1)
    per_second = np.median(np.abs(np.diff(runs.reshape(20, 150, 1000).mean(axis=2), axis=1)), axis=1)
    assert 6 < np.median(per_second) < 24  # uV/s (OpenBCI recordings)
    assert 400 < np.median(np.ptp(runs, axis=1)) < 2000  # uV in 2.5 min
    spectrum = np.abs(np.fft.rfft(np.diff(runs[0]))) ** 2  # differenced: the ends of a drift do not meet
    f = np.fft.rfftfreq(149_999, 1e-3)
    delta = (f > 0.5) & (f < 4)
    power = (spectrum[delta] / (2 * np.sin(np.pi * f[delta] / 1000)) ** 2).sum() * 2 / 149_999**2
    assert np.sqrt(power) < 2  # uV rms, beside 2.5..5.3 of EEG


def test_a_contact_feels_motion_in_part_and_only_when_there_is_some():
    rng = np.random.default_rng(0)
    motion = np.concatenate([np.zeros(20_000), rng.standard_normal(20_000).cumsum() * 0.01])
    motion[20_000:] = np.sin(np.arange(20_000) * 2 * np.pi * 1.9 / 1000) * 0.2
    felt = shaking_g(motion, 1000.0, rng)
    assert not felt[:19_000].any()
    assert felt[21_000:].std() == pytest.approx(motion[21_000:].std(), rel=0.15)
    assert 0.5 < np.corrcoef(felt[21_000:], motion[21_000:])[0, 1] < 0.9
