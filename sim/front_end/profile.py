"""Profiles of front ends: the ADS1299 of a design, or another device near the ears."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from earloop.sim.ads1299.part import CMRR_DB, INPUT_BIAS_A, INPUT_FARAD, INPUT_OHM
from earloop.sim.contacts.fit import GENERIC_FIT, HEADBAND_FIT, Fit
from earloop.sim.front_end.noise import amplifier_sigma_uv
from earloop.spec.design import Design
from earloop.spec.wiring import wire
from earloop.synth_data import Headset, headset_of


@dataclass(frozen=True, kw_only=True)
class FrontEnd:
    """Electrodes, amplifier and converter of a device, and the mains around it.

    Parameters
    ----------
    bits, lsb_uv : width and size of a code, in two's complement around 0
    noise_uv : rms noise, referred to the input, up to half the rate
    decimation : `"sinc3"` has that filter's droop and spectrum of noise; `"flat"` has no droop and white noise
    high_pass_hz : corner of a first-order high-pass; 0 for DC coupling
    input_ohm, input_farad, input_bias_pa : resistance, capacitance and bias current of one input
    bias_reduction_db : reduction of the body's mains voltage by the bias electrode
    fit : default fit of the device
    """

    name: str
    headset: Headset
    bits: int
    lsb_uv: float
    noise_uv: float
    decimation: Literal["sinc3", "flat"]
    high_pass_hz: float
    input_ohm: float
    input_farad: float
    input_bias_pa: float
    cmrr_db: float
    bias_reduction_db: float
    mains_hz: Literal[50, 60]
    fit: Fit


def front_end_of(design: Design) -> FrontEnd:
    """Return the ADS1299 of a design, with mains of 50 Hz if the design has no notch."""
    return FrontEnd(
        name=design.name,
        headset=headset_of(design),
        bits=design.converter.bits,
        lsb_uv=design.converter.lsb_uv,
        noise_uv=amplifier_sigma_uv(design.converter),
        decimation="sinc3",
        high_pass_hz=0.0,
        input_ohm=INPUT_OHM,
        input_farad=INPUT_FARAD,
        input_bias_pa=1e12 * INPUT_BIAS_A,
        cmrr_db=CMRR_DB[0],
        bias_reduction_db=30.0,  # estimate; the hum is 3.5..34 uV rms, as in careful sessions (OpenBCI recordings)
        mains_hz=design.notch.mains_hz or 50,
        fit=GENERIC_FIT,
    )


MUSE = FrontEnd(
    name="Muse 2016",
    headset=Headset(wire(("TP9", "AF7"), ("AF8", "TP10"), ("Fpz",)), 256.0),
    bits=12,
    lsb_uv=2000 / 4096,  # 2 mV peak to peak
    noise_uv=0.3,
    decimation="flat",  # oversampled; the filter is not published
    high_pass_hz=1.0,
    input_ohm=1e9,  # estimate, as the next three
    input_farad=20e-12,
    input_bias_pa=100.0,
    cmrr_db=100.0,
    bias_reduction_db=45.0,  # the reference is in the feedback loop; the hum is .7..105 uV rms, as in recordings
    mains_hz=60,
    fit=HEADBAND_FIT,
)
"""The headband Muse of 2016, as a front end. Electrodes and reference: Krigolson et al. 2017. Range and coupling:
the maker's tech spec sheet of 2014, the only one published. Rate, width and step: muse-lsl, which reads (code -
2048) * 0.48828125 uV. The sheet states 2 uV rms of noise, 177 nV/rtHz; recordings have as little as 29 nV/rtHz
(muse-lsl, 70..118 Hz), which is 2 uV peak to peak.
"""
