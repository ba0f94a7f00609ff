"""What converts: an ADS1299-class earbud as its design describes it, or another device that is worn near the ears."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from earloop.sim.ads1299.part import CMRR_DB, INPUT_BIAS_A, INPUT_FARAD, INPUT_OHM
from earloop.sim.contacts.fit import GENERIC_FIT, HEADBAND_FIT, Fit
from earloop.sim.front_end.noise import amplifier_sigma_uv
from earloop.spec.design import Design
from earloop.spec.wiring import wire
from earloop.synth_data import Headset, headset_of


@dataclass(frozen=True)
class FrontEnd:
    """Amplifier and converter, the electrodes before them, and the mains around them.

    Parameters
    ----------
    bits, lsb_uv : of a code, two's complement around 0
    noise_uv : rms, referred to the input, up to half the rate
    decimation : `"sinc3"` has that filter's droop and shapes the noise accordingly; `"flat"` has and does neither
    high_pass_hz : first order; 0 is coupled to DC
    input_ohm, input_farad, input_bias_pa : of one input
    bias_reduction_db : what the bias electrode takes away of the body's mains voltage
    fit : how the device sits unless one says otherwise
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
    """The ADS1299 of a design, with mains of 50 Hz where the design has no notch."""
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
        bias_reduction_db=30.0,  # estimate; hum is then 3.5..34 uV rms, as in careful sessions (OpenBCI recordings)
        mains_hz=design.notch.mains_hz or 50,
        fit=GENERIC_FIT,
    )


# The 2016 headband. Electrodes and reference: Krigolson et al. 2017. Range and coupling: Interaxon's tech spec sheet of
# 2014, the only one published. Rate, width and step: muse-lsl, which reads (code - 2048) * 0.48828125 uV. The sheet
# says 2 uV rms of noise, 177 nV/rtHz; recordings fall to 29 (muse-lsl's, 70..118 Hz), which is 2 uV peak to peak.
MUSE = FrontEnd(
    name="Muse 2016",
    headset=Headset(wire(("TP9", "AF7"), ("AF8", "TP10"), ("Fpz",)), 256.0),
    bits=12,
    lsb_uv=2000 / 4096,  # 2 mV peak to peak
    noise_uv=0.3,
    decimation="flat",  # oversampled; the filter is not published
    high_pass_hz=1.0,
    input_ohm=1e9,  # estimate, and the next three
    input_farad=20e-12,
    input_bias_pa=100.0,
    cmrr_db=100.0,
    bias_reduction_db=45.0,  # the reference is in the feedback loop; hum is then .7..105 uV rms, as in recordings
    mains_hz=60,
    fit=HEADBAND_FIT,
)
