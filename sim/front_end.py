"""From electrode potentials to converter codes: contact, motion, mains, amplifier, sinc3, quantiser.

    potential --+ half-cell + motion + electrode noise - the same of the reference + mains --> sinc3 --+ amplifier noise
                                                                                  --> round, clip --> codes

What the inputs load the contacts with is left out of the signal path: 20 kOhm against 80 MOhm at 100 Hz, 0.02 %.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from recordings import Recording
from sim.contact import GENERIC_FIT, Contact, Fit, draw_contact
from sim.half_cell import half_cell_uv
from sim.mains import draw_mains, mains_uv
from sim.motion_coupling import shaking_g
from sim.noise import amplifier_noise_uv, electrode_noise_uv
from sim.quantise import count_clipped, uv_to_codes
from sim.sinc3 import sinc3_filter
from spec.design import Design
from spec.errors import EarloopError
from synth_data import Session, sitting_still

SPAWN_KEY = 1  # this room's branch of the seed; the body, given the same seed, must not draw the same numbers
STREAMS = ("contact", "drift", "motion", "noise", "mains", "amplifier")  # append only
REFERENCE_OFFSET_RATIO = 15.0 / 8.0  # the common offset varies more: -23..+35 mV over sessions (OpenBCI recordings)


class FrontEndError(EarloopError):
    """A recording that this front end cannot take; says why."""


def convert(source: Session | Recording, design: Design, *, seed: int = 1, fit: Fit = GENERIC_FIT) -> Recording:
    """What the design's converter makes of electrode potentials.

    Parameters
    ----------
    source : a `Session`, whose motion disturbs the contacts; or a `Recording` in uV, of a wearer who sits still. It has
        the design's channels, in order, at the converter's rate
    design : converter and mains frequency (`notch.mains_hz`, 50 where that is 0)
    seed : 0 or larger; decides contacts, drift, hum and noise
    fit : how the earpiece fits: `GENERIC_FIT` or `CUSTOM_FIT`

    Returns
    -------
    Recording
        int32 codes [samples, channels] at the same rate, the annotations of `source`, and its meta with the design's
        hash and, as `front_end`, seed, fit, each contact's impedance and offset, and each channel's clipped samples.

    Raises
    ------
    FrontEndError
        The unit, the channels or the rate are not those wanted, or the seed is negative.
    """
    session = source if isinstance(source, Session) else sitting_still(source)
    recording, motion_g = session.recording, np.asarray(session.acceleration_g[:, 2], np.float64)
    _check(recording, design, seed)
    samples, sfreq = len(recording.data), recording.sfreq
    streams = np.random.SeedSequence(seed, spawn_key=(SPAWN_KEY,)).spawn(len(STREAMS))
    rng = {name: np.random.default_rng(stream) for name, stream in zip(STREAMS, streams, strict=True)}

    electrodes = [draw_contact(fit, rng["contact"]) for _ in design.channels]
    reference = draw_contact(fit, rng["contact"])
    reference = replace(reference, offset_uv=REFERENCE_OFFSET_RATIO * reference.offset_uv)
    mains_hz = design.notch.mains_hz or 50

    def contact_uv(contact: Contact, shaken_g: np.ndarray) -> np.ndarray:
        half_cell = half_cell_uv(contact, samples, sfreq, rng["drift"])
        noise = electrode_noise_uv(contact, samples, sfreq, rng["noise"])
        return half_cell + noise + contact.offset_uv_per_g * shaken_g

    shaken_g = [shaking_g(motion_g, sfreq, rng["motion"]) for _ in electrodes]
    common_uv = contact_uv(reference, shaking_g(motion_g, sfreq, rng["motion"]))
    uv = recording.data - common_uv[:, np.newaxis]
    uv += np.column_stack([contact_uv(*pair) for pair in zip(electrodes, shaken_g, strict=True)])
    change = np.column_stack([c.impedance_per_g * g for c, g in zip(electrodes, shaken_g, strict=True)])
    uv += mains_uv(draw_mains(mains_hz, rng["mains"]), electrodes, reference, change, sfreq)
    uv = sinc3_filter(uv)
    uv += amplifier_noise_uv(samples, len(electrodes), design.converter, rng["amplifier"])
    codes = uv_to_codes(uv, design.converter)

    facts = {
        "seed": seed,
        "fit": fit.name,
        "mains_hz": mains_hz,
        "contacts": {name: c.facts() for name, c in zip(design.channels, electrodes, strict=True)},
        "reference": reference.facts(),
        "clipped": dict(zip(design.channels, count_clipped(codes, design.converter).tolist(), strict=True)),
    }
    meta = recording.meta | {"design_hash": design.design_hash, "front_end": facts}
    return replace(recording, data=codes, unit="codes", meta=meta)


def _check(recording: Recording, design: Design, seed: int) -> None:
    if recording.unit != "uV":
        raise FrontEndError(f"the recording is in {recording.unit}; the front end takes electrode potentials in uV")
    if recording.channels != design.channels:
        have, want = ", ".join(recording.channels), ", ".join(design.channels)
        raise FrontEndError(f"channels {have}; the design wants {want}: select and order them when reading")
    if recording.sfreq != design.converter.rate_hz:
        wanted = f"the converter runs at {design.converter.rate_hz} Hz: resample first"
        raise FrontEndError(f"sampling rate {recording.sfreq:g} Hz; {wanted}")
    if seed < 0:
        raise FrontEndError(f"seed {seed}; must be 0 or larger")
