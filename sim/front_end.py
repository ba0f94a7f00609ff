"""From electrode potentials to converter codes: contacts, motion, mains, amplifier, decimation filter, quantiser.

    channel potential ---------------------------------------------------+
    at each site: half-cell + noise + motion + hum + pops --> wiring ----+--> sinc3 --+ amplifier noise
                                                            --> high-pass, if any --> round, clip --> codes

What the inputs load the contacts with is 0.02 % of the signal, 20 kOhm against 80 MOhm at 100 Hz, and left out of its
path, except where a channel's own electrode has lost the skin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, lfilter_zi

from recordings import Annotation, Recording
from sim import contact_events
from sim.contact import Contact, draw_contact
from sim.contact_events import ContactEvent
from sim.fit import Fit
from sim.half_cell import drift_uv
from sim.mains import draw_mains, hum_uv, inputs_fed, load_ratio
from sim.motion_coupling import disturbance, draw_coupling, shaking_g
from sim.noise import amplifier_noise_uv, electrode_noise_uv
from sim.profile import FrontEnd, front_end_of
from sim.quantise import count_clipped, uv_to_codes
from sim.settling import Settling, draw_settling, relative_impedance
from sim.sinc3 import sinc3_filter
from sim.slow import SLOW_HZ, slow_rows, stretch
from spec.design import Design
from spec.errors import EarloopError
from synth_data import Session, sitting_still

SPAWN_KEY = 1  # this room's branch of the seed; the body, given the same seed, must not draw the same numbers
STREAMS = ("contact", "settling", "drift", "coupling", "motion", "events", "noise", "mains", "amplifier")  # append only
LOST_SIGNAL_HZ = 10.0  # at which the share of the signal that a bad contact loses is taken; the EEG's alpha
LOST_SHARE = 1e-3  # less than this is not worth the time


class FrontEndError(EarloopError):
    """A recording that this front end cannot take; says why."""


@dataclass(frozen=True)
class FrontEndRun:
    """What came of a session, and what only a simulation can know of its contacts.

    Parameters
    ----------
    recording : the codes
    sites : one electrode a column of `impedance_kohm`, and its settled contact in `contacts`
    impedance_kohm : float32 [rows, sites], |Z| at 31.2 Hz, without the quick changes by motion
    impedance_rate_hz : of the rows, the first at the first sample
    """

    recording: Recording
    sites: tuple[str, ...]
    contacts: tuple[Contact, ...]
    impedance_kohm: NDArray[np.float32]
    impedance_rate_hz: float


def convert(
    source: Session | Recording, device: Design | FrontEnd, *, seed: int = 1, fit: Fit | None = None
) -> Recording:
    """What a converter makes of electrode potentials.

    Parameters
    ----------
    source : a `Session`, whose motion disturbs the contacts; or a `Recording` in uV, of a wearer who sits still. It has
        the device's channels, in order, at the converter's rate. The earpiece was put on at its first sample
    device : a design, whose converter is an ADS1299, or another front end such as `MUSE`
    seed : 0 or larger; decides contacts, drift, hum, noise and what goes wrong
    fit : how the earpiece fits, one of `FITS`; the device's own where left out

    Returns
    -------
    Recording
        int32 codes [samples, channels] at the same rate; the annotations of `source`, and `electrode_pop/SITE` and
        `lift_off/SITE` among them; its meta with the design's hash and, as `front_end`, device, seed, fit, material,
        the mains, each contact's median |Z| at 31.2 Hz, offset and settling class, and each channel's clipped samples.

    Raises
    ------
    FrontEndError
        The unit, the channels or the rate are not those wanted, or the seed is negative.
    """
    return front_end_run(source, device, seed=seed, fit=fit).recording


def front_end_run(
    source: Session | Recording, device: Design | FrontEnd, *, seed: int = 1, fit: Fit | None = None
) -> FrontEndRun:
    """As `convert`, with the truth about the contacts."""
    session = source if isinstance(source, Session) else sitting_still(source)
    front_end = front_end_of(device) if isinstance(device, Design) else device
    fit = fit or front_end.fit
    recording, headset = session.recording, front_end.headset
    _check(recording, front_end, seed)
    samples, sfreq, sites = len(recording.data), recording.sfreq, headset.sites
    rows = slow_rows(samples, sfreq)
    streams = np.random.SeedSequence(seed, spawn_key=(SPAWN_KEY,)).spawn(len(STREAMS))
    rng = {name: np.random.default_rng(stream) for name, stream in zip(STREAMS, streams, strict=True)}

    contacts = tuple(draw_contact(fit, rng["contact"], reference=site not in headset.channels) for site in sites)
    settlings = [draw_settling(fit, rng["settling"]) for _ in sites]
    couplings = [draw_coupling(rng["coupling"]) for _ in sites]
    mains = draw_mains(front_end, rng["mains"])
    shaken_g = shaking_g(session.acceleration_g, sfreq)
    events = contact_events.draw_events(fit, len(sites), shaken_g, recording.duration_s, rng["events"])

    relative = relative_impedance(settlings, rows, rng["settling"])
    relative *= contact_events.lifted(events, rows, len(sites))
    change, site_uv = disturbance(session, couplings, rng["motion"])
    site_uv += electrode_noise_uv(contacts, samples, sfreq, rng["noise"])
    site_uv *= stretch(np.sqrt(relative), samples, sfreq)  # thermal noise exactly so; excess and motion by estimate
    hum, common_uv = hum_uv(mains, front_end, contacts, relative, change, rng["mains"])
    site_uv += hum
    slow_uv = drift_uv(fit.material, settlings, rows, rng["drift"]) + _bias_current_uv(front_end, contacts, relative)
    site_uv += stretch(slow_uv, samples, sfreq)
    contact_events.add_pops(site_uv, events, sfreq)

    matrix = headset.wiring.matrix
    uv = matrix.astype(np.float32) @ site_uv + common_uv + _signal_uv(recording, front_end, contacts, relative)
    if front_end.decimation == "sinc3":
        uv = sinc3_filter(uv)
    uv += amplifier_noise_uv(front_end.noise_uv, front_end.decimation, len(matrix), samples, sfreq, rng["amplifier"])
    offsets_uv = matrix @ np.array([contact.offset_uv for contact in contacts])
    uv = _high_pass(uv, front_end) if front_end.high_pass_hz else uv + offsets_uv[:, np.newaxis]
    codes = uv_to_codes(np.ascontiguousarray(uv.T), front_end)

    impedance_kohm = (relative * [contact.kohm for contact in contacts]).astype(np.float32)
    facts = {
        "device": front_end.name,
        "seed": seed,
        "fit": fit.name,
        "material": fit.material.name,
        "mains_hz": front_end.mains_hz,
        "mains": mains.facts(),
        "contacts": _contact_facts(sites, contacts, settlings, impedance_kohm),
        "clipped": dict(zip(headset.channels, count_clipped(codes, front_end).tolist(), strict=True)),
    }
    hashed = {"design_hash": headset.design_hash} if headset.design_hash else {}
    converted = replace(
        recording,
        data=codes,
        unit="codes",
        annotations=_merge(recording, events, sites),
        meta=recording.meta | hashed | {"front_end": facts},
    )
    return FrontEndRun(converted, sites, contacts, impedance_kohm, SLOW_HZ)


def _signal_uv(
    recording: Recording, front_end: FrontEnd, contacts: Sequence[Contact], relative: NDArray[np.float64]
) -> NDArray[Any]:
    """The channel potentials, [channels, samples], less what a bad contact of their own electrodes loses."""
    own = slice(len(recording.channels))
    ratios = load_ratio(front_end, contacts, LOST_SIGNAL_HZ)[own]
    passed = np.abs(1 / (1 + relative[:, own] * ratios))
    if passed.min() > 1 - LOST_SHARE:
        return recording.data.T
    lossy: NDArray[Any] = recording.data.T * stretch(passed, len(recording.data), recording.sfreq)
    return lossy


def _bias_current_uv(
    front_end: FrontEnd, contacts: Sequence[Contact], relative: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What the inputs' bias current drops across each contact, float64 [rows, sites], uV."""
    inputs = inputs_fed(front_end.headset.wiring)
    siemens = 1 / (relative * [contact.dc_ohm for contact in contacts]) + inputs / front_end.input_ohm
    drop_uv: NDArray[np.float64] = front_end.input_bias_pa * 1e-6 * inputs / siemens
    return drop_uv


def _high_pass(uv: NDArray[np.floating[Any]], front_end: FrontEnd) -> NDArray[np.float64]:
    """First order, as if each channel had always been at its first value."""
    b, a = butter(1, front_end.high_pass_hz, "highpass", fs=front_end.headset.rate_hz)
    passed: NDArray[np.float64] = lfilter(b, a, uv, axis=-1, zi=np.outer(uv[:, 0], lfilter_zi(b, a)))[0]
    return passed


def _contact_facts(
    sites: Sequence[str],
    contacts: Sequence[Contact],
    settlings: Sequence[Settling],
    impedance_kohm: NDArray[np.float32],
) -> dict[str, dict[str, Any]]:
    medians = np.median(impedance_kohm, axis=0).tolist()
    return {
        site: {"kohm": round(kohm, 3), "offset_mv": round(contact.offset_uv / 1e3, 3), "settling": settling.kind}
        for site, contact, settling, kohm in zip(sites, contacts, settlings, medians, strict=True)
    }


def _merge(recording: Recording, events: Sequence[ContactEvent], sites: Sequence[str]) -> tuple[Annotation, ...]:
    """By onset; of two that begin together the longer, which holds the other, first."""
    both = [*recording.annotations, *contact_events.event_annotations(events, sites, recording.duration_s)]
    return tuple(sorted(both, key=lambda event: (event.onset_s, -event.duration_s)))


def _check(recording: Recording, front_end: FrontEnd, seed: int) -> None:
    channels, rate_hz = front_end.headset.channels, front_end.headset.rate_hz
    if recording.unit != "uV":
        raise FrontEndError(f"the recording is in {recording.unit}; the front end takes electrode potentials in uV")
    if recording.channels != channels:
        have, want = ", ".join(recording.channels), ", ".join(channels)
        raise FrontEndError(f"channels {have}; {front_end.name} wants {want}: select and order them when reading")
    if recording.sfreq != rate_hz:
        wanted = f"{front_end.name} runs at {rate_hz:g} Hz: resample first"
        raise FrontEndError(f"sampling rate {recording.sfreq:g} Hz; {wanted}")
    if seed < 0:
        raise FrontEndError(f"seed {seed}; must be 0 or larger")
