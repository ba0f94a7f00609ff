"""Contacts against the tables that they are drawn from, and against a circuit solved apart."""

from dataclasses import replace

import numpy as np
import pytest

from earloop.sim import CUSTOM_FIT, DRY_FIT, FITS, GENERIC_FIT, WET_FIT, Contact
from earloop.sim.contacts.contact import draw_contact

DRAWS = 2000


def drawn(fit, count: int = DRAWS, **arguments) -> list[Contact]:
    rng = np.random.default_rng(0)
    return [draw_contact(fit, rng, **arguments) for _ in range(count)]


# Medians of the tables: custom 5, generic 14.8 kOhm (fronteirs-eareeg). Means: cEEGrid 16.5 kOhm (Debener 2015).
@pytest.mark.parametrize(
    ("fit", "statistic", "wanted_kohm"),
    [(CUSTOM_FIT, np.median, 5.0), (GENERIC_FIT, np.median, 14.8), (WET_FIT, np.mean, 16.47)],
)
def test_impedances_are_those_that_were_measured(fit, statistic, wanted_kohm):
    kohm = [contact.kohm for contact in drawn(replace(fit, open_chance=0.0))]
    assert statistic(kohm) == pytest.approx(wanted_kohm, rel=0.15)
    assert np.log(kohm).std() == pytest.approx(fit.ln_kohm_sd, rel=0.06)


def test_dry_gold_has_the_impedance_that_was_measured_at_50_hz():
    kohm = [abs(complex(c.impedance_ohm(50.0))) / 1e3 for c in drawn(replace(DRY_FIT, open_chance=0.0))]
    assert np.median(kohm) == pytest.approx(377, rel=0.15)  # Kaveh 2020


def test_a_contact_in_35_of_a_strangers_earpiece_is_open_and_a_reference_never():
    open_share = np.mean([contact.kohm > 1000 for contact in drawn(GENERIC_FIT, 5000)])
    assert open_share == pytest.approx(1 / 36, rel=0.25)
    assert not any(contact.kohm > 1000 for contact in drawn(GENERIC_FIT, 5000, reference=True))


@pytest.mark.parametrize("n", [0.7, 0.8, 0.9])
@pytest.mark.parametrize("frequency_hz", [0.0, 1.0, 31.2, 250.0])
def test_impedance_is_that_of_resistors_and_a_constant_phase_element(n, frequency_hz):
    contact = Contact(series_ohm=2e3, parallel_ohm=51e3, cpe_y0=1e-6, cpe_n=n)
    w = 2 * np.pi * frequency_hz
    admittance = 1 / 51e3 + 1e-6 * w**n * complex(np.cos(n * np.pi / 2), np.sin(n * np.pi / 2))
    assert complex(contact.impedance_ohm(frequency_hz)) == pytest.approx(2e3 + 1 / admittance)


def test_with_an_exponent_of_1_the_element_is_the_datasheets_capacitor():
    contact = Contact(series_ohm=0.0, parallel_ohm=51e3, cpe_y0=47e-9, cpe_n=1.0)  # SBAS499C
    capacitor = 1 / (2j * np.pi * 50 * 47e-9)
    assert complex(contact.impedance_ohm(50.0)) == pytest.approx(51e3 * capacitor / (51e3 + capacitor))


@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
def test_noise_lies_where_it_was_measured_and_goes_with_the_offset(fit):
    contacts = drawn(fit)
    noise_uv = np.array([contact.excess_noise_uv for contact in contacts])
    assert np.all((noise_uv > 0.4) & (noise_uv < 16))  # 1..15 uV rms on the body (Fernandez & Pallas-Areny 2000)
    assert 1 < np.median(noise_uv) < 15
    assert 0.3 < np.corrcoef(np.log(noise_uv), np.abs([c.offset_uv for c in contacts]))[0, 1] < 0.9


def test_gold_is_offset_more_than_silver_chloride():
    wet, dry = (np.abs([c.offset_uv for c in drawn(fit)]) for fit in (WET_FIT, DRY_FIT))
    assert wet.max() < 100e3  # TMSi: Ag/AgCl below 100 mV
    assert np.median(dry) > 5 * np.median(wet)
    assert 250e3 < dry.max() < 600e3  # TMSi: steel and gold up to 500 mV and more
