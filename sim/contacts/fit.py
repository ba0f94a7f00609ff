"""Fits of earpieces: the material of the electrodes, the quality of their contacts, and the rates of failures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Material:
    """The material of electrodes; offset and drift are standard deviations over contacts."""

    name: str
    offset_uv: float
    drift_uv_s: float
    excess_noise_uv: float  # median; rms from .5 to 500 Hz


# Offsets of one session differ by 15..20 mV, 1 s means drift by a median of 6..24 uV/s (OpenBCI recordings). Noise on
# the body is 1..15 uV rms (Fernandez & Pallas-Areny 2000).
AG_AGCL = Material(name="Ag/AgCl", offset_uv=8e3, drift_uv_s=12.0, excess_noise_uv=1.5)
# Estimates. Steel and gold can exceed 500 mV (TMSi): more than three times the spread of a pair here. With more noise,
# dry contacts would exceed the noise of headband recordings from 70 to 118 Hz, 30..120 nV/rtHz including the body's
# (muse-lsl).
GOLD = Material(name="gold", offset_uv=100e3, drift_uv_s=24.0, excess_noise_uv=2.5)
# Estimate: dry silver is between the two. More noise would exceed that of headband recordings (muse-lsl), as above.
SILVER = Material(name="silver", offset_uv=30e3, drift_uv_s=12.0, excess_noise_uv=1.5)


@dataclass(frozen=True, kw_only=True)
class Fit:
    """The fit of an earpiece.

    Parameters
    ----------
    ln_kohm, ln_kohm_sd : mean and sd of the logarithm of `|Z|` in kOhm at 31.2 Hz of a settled contact
    open_chance : probability that a contact is open
    immediate, slow : shares of contacts that settle at once and in 1..3 min; the others never settle (the three classes
        of van der Heijden 2024; the shares are estimates)
    pops_per_min, lift_offs_per_min : rates for each electrode at rest; estimates
    in_ear : whether cerumen can collect under the electrodes
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


WET_FIT = Fit(
    name="wet",
    material=AG_AGCL,
    ln_kohm=2.62,
    ln_kohm_sd=0.60,
    open_chance=0.003,
    immediate=0.8,
    slow=0.2,
    pops_per_min=0.01,
    lift_offs_per_min=0.001,
    in_ear=False,
)
"""Contacts with wet gel. cEEGrid: mean 16.5 kOhm, 0.3 % bad channels (Debener 2015); the spread is an estimate."""
DRY_FIT = Fit(
    name="dry",
    material=GOLD,
    ln_kohm=6.06,
    ln_kohm_sd=0.60,
    open_chance=0.03,
    immediate=0.3,
    slow=0.5,
    pops_per_min=0.10,
    lift_offs_per_min=0.020,
    in_ear=False,
)
"""Contacts of dry gold: 377 kOhm at 50 Hz (Kaveh 2020), which is about 430 at 31.2; the spread is an estimate."""
CUSTOM_FIT = Fit(
    name="custom",
    material=AG_AGCL,
    ln_kohm=1.56,
    ln_kohm_sd=0.68,
    open_chance=0.0,
    immediate=0.6,
    slow=0.3,
    pops_per_min=0.02,
    lift_offs_per_min=0.003,
    in_ear=True,
)
"""Contacts in earpieces that are moulded for the wearer. Seven people with six electrodes each, in their own and in
others' earpieces; 1 contact of 36 was open (`berkeley-biosense`, `fronteirs-eareeg`).
"""
GENERIC_FIT = Fit(
    name="generic",
    material=AG_AGCL,
    ln_kohm=2.81,
    ln_kohm_sd=0.50,
    open_chance=1 / 36,
    immediate=0.4,
    slow=0.4,
    pops_per_min=0.05,
    lift_offs_per_min=0.010,
    in_ear=True,
)
"""Contacts in earpieces of one shape for all, from the same measurements as `CUSTOM_FIT`."""
# Estimates. A headband's application shows when the contacts are good, and recordings begin then: no contact is open,
# most have settled. The pressure is even, and the electrodes near the ears are of conductive rubber: half of dry gold's
# impedance.
HEADBAND_FIT = Fit(
    name="headband",
    material=SILVER,
    ln_kohm=5.3,
    ln_kohm_sd=0.45,
    open_chance=0.0,
    immediate=0.7,
    slow=0.2,
    pops_per_min=0.03,
    lift_offs_per_min=0.002,
    in_ear=False,
)

FITS = {fit.name: fit for fit in (WET_FIT, DRY_FIT, GENERIC_FIT, CUSTOM_FIT, HEADBAND_FIT)}
"""Every fit of electrodes by its name."""
