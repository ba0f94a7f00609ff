"""Hum against the circuit, solved apart from the code that models it."""

import numpy as np
import pytest

from sim import GENERIC_FIT, Contact
from sim.contact import draw_contact
from sim.mains import CMRR_DB, Mains, conversion, draw_mains, input_impedance_ohm, mains_uv

SFREQ = 1000.0


def tone_uv(uv: np.ndarray, frequency_hz: float) -> float:
    """Rms of one frequency, of a record that holds whole periods of it."""
    t = np.arange(len(uv)) / SFREQ
    return float(np.sqrt(2) * np.abs(np.mean(uv * np.exp(-2j * np.pi * frequency_hz * t))))


def node_voltages(electrode_ohm: complex, reference_ohm: complex) -> complex:
    """Difference of both input nodes for 1 V on the body, from the conductance matrix."""
    yin = 1 / 1e9 + 2j * np.pi * 50 * 20e-12
    nodes = np.array([[1 / electrode_ohm + yin, 0], [0, 1 / reference_ohm + yin]])
    plus, minus = np.linalg.solve(nodes, np.array([1 / electrode_ohm, 1 / reference_ohm]))
    return complex(plus - minus)


@pytest.mark.parametrize("seed", range(20))
def test_hum_is_that_of_the_circuit_within_a_tenth_of_a_db(seed):
    rng = np.random.default_rng(seed)
    electrode, reference = draw_contact(GENERIC_FIT, rng), draw_contact(GENERIC_FIT, rng)
    mains = Mains(common_mode_v=0.1, frequency_hz=50.0, phase=1.0, swell_phase=2.0)
    hum = mains_uv(mains, [electrode], reference, np.zeros((20_000, 1)), SFREQ)[:, 0]  # one whole swell
    z = [complex(contact.impedance_ohm(50.0)) for contact in (electrode, reference)]
    wanted = 0.1e6 * abs(node_voltages(*z) + 10 ** (-CMRR_DB / 20))
    assert 20 * np.log10(tone_uv(hum, 50) / wanted) == pytest.approx(0, abs=0.1)


def test_equal_contacts_leave_only_the_amplifiers_common_mode():
    assert abs(conversion(20e3, 20e3, 50.0)) == pytest.approx(10 ** (-110 / 20))


def test_an_input_is_the_datasheets():
    assert abs(input_impedance_ohm(0.0)) == pytest.approx(1e9)
    assert abs(input_impedance_ohm(50.0)) == pytest.approx(157e6, rel=0.01)  # 1 GOhm || 20 pF


def test_hum_in_a_careful_session_is_some_microvolts():
    rms = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        contacts = [draw_contact(GENERIC_FIT, rng) for _ in range(5)]
        rms.append(mains_uv(draw_mains(50, rng), contacts[:4], contacts[4], np.zeros((5000, 4)), SFREQ).std())
    assert 3.5 < np.median(rms) < 34  # uV rms in eight-channel recordings (OpenBCI, 2015)


def test_motion_that_changes_the_impedance_modulates_the_hum():
    contact, reference = (Contact(2e3, ohm, 47e-9, 0, 0, 0.3, 0) for ohm in (50e3, 20e3))
    mains = Mains(0.1, 50.0, 0.0, 0.0)
    still = mains_uv(mains, [contact], reference, np.zeros((20_000, 1)), SFREQ)[:, 0]
    doubled = mains_uv(mains, [contact], reference, np.ones((20_000, 1)), SFREQ)[:, 0]
    twice = Contact(4e3, 100e3, 23.5e-9, 0, 0, 0, 0)  # every impedance doubled
    wanted = mains_uv(mains, [twice], reference, np.zeros((20_000, 1)), SFREQ)[:, 0]
    assert tone_uv(doubled, 50) > 1.3 * tone_uv(still, 50)
    assert tone_uv(doubled, 50) == pytest.approx(tone_uv(wanted, 50), rel=0.01)


def test_harmonics_stop_below_nyquist():
    contact, reference = (Contact(2e3, ohm, 47e-9, 0, 0, 0, 0) for ohm in (50e3, 20e3))
    hum = mains_uv(Mains(0.1, 60.0, 0.0, 0.0), [contact], reference, np.zeros((20_000, 1)), SFREQ)[:, 0]
    assert tone_uv(hum, 180) > 0.02 * tone_uv(hum, 60)
    slow = mains_uv(Mains(0.1, 60.0, 0.0, 0.0), [contact], reference, np.zeros((5000, 1)), 250.0)[:, 0]
    f = np.fft.rfftfreq(5000, 1 / 250)
    assert f[np.abs(np.fft.rfft(slow)) > 0.01 * np.abs(np.fft.rfft(slow)).max()] == pytest.approx(60, abs=0.2)
