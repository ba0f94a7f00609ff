"""How an earpiece sits: what its electrodes are made of, how good their contacts are, and how often they fail."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Material:
    """What electrodes are made of; spreads are standard deviations over contacts."""

    name: str
    offset_uv: float
    drift_uv_s: float
    excess_noise_uv: float  # median; rms from .5 to 500 Hz


# Offsets of one session lie 15..20 mV apart, 1 s means drift by a median of 6..24 uV/s (OpenBCI recordings). Noise on
# the body is 1..15 uV rms (Fernandez & Pallas-Areny 2000).
AG_AGCL = Material("Ag/AgCl", 8e3, 12.0, 1.5)
# Estimates. Steel and gold can pass 500 mV (TMSi): more than three times the spread of a pair here. With more noise,
# dry contacts would exceed what headbands record from 70 to 118 Hz, 30..120 nV/rtHz with the body's (muse-lsl).
GOLD = Material("gold", 100e3, 24.0, 2.5)
# Estimate: silver, dry, lies between the two. More noise would exceed what headbands record (muse-lsl), as above.
SILVER = Material("silver", 30e3, 12.0, 1.5)


@dataclass(frozen=True)
class Fit:
    """How an earpiece fits.

    Parameters
    ----------
    ln_kohm, ln_kohm_sd : |Z| in kOhm at 31.2 Hz, once settled, is lognormal
    open_chance : of a contact that was never made
    immediate, slow : shares of contacts that have settled at once and in 1..3 min; the rest never does (the three
        classes of van der Heijden 2024; the shares are estimates)
    pops_per_min, lift_offs_per_min : of each electrode at rest; estimates
    in_ear : whether cerumen gets between
    """

    name: str
    material: Material
    ln_kohm: float
    ln_kohm_sd: float
    open_chance: float
    immediate: float
    slow: float
    pops_per_min: float
    lift_offs_per_min: float
    in_ear: bool


# cEEGrid: mean 16.5 kOhm, 0.3 % bad channels (Debener 2015); the spread is an estimate.
WET_FIT = Fit("wet", AG_AGCL, 2.62, 0.60, 0.003, 0.8, 0.2, 0.01, 0.001, in_ear=False)
# Gold, dry: 377 kOhm at 50 Hz (Kaveh 2020), so some 430 at 31.2; the spread is an estimate.
DRY_FIT = Fit("dry", GOLD, 6.06, 0.60, 0.03, 0.3, 0.5, 0.10, 0.020, in_ear=False)
# Seven people, six electrodes each, in their own and in others' earpieces, 1 of 36 open (berkeley-biosense,
# fronteirs-eareeg).
CUSTOM_FIT = Fit("custom", AG_AGCL, 1.56, 0.68, 0.0, 0.6, 0.3, 0.02, 0.003, in_ear=True)
GENERIC_FIT = Fit("generic", AG_AGCL, 2.81, 0.50, 1 / 36, 0.4, 0.4, 0.05, 0.010, in_ear=True)
# Estimates. A headband's application shows when its contacts are good, and recordings begin then: none is open, most
# have settled. Their pressure is even, behind the ears they are of conductive rubber: half of dry gold's impedance.
HEADBAND_FIT = Fit("headband", SILVER, 5.3, 0.45, 0.0, 0.7, 0.2, 0.03, 0.002, in_ear=False)

FITS = {fit.name: fit for fit in (WET_FIT, DRY_FIT, GENERIC_FIT, CUSTOM_FIT, HEADBAND_FIT)}
