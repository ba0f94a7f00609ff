"""Conversion of potentials to codes: contacts, motion, mains, amplifier, decimation filter, quantiser.

    channel potential ---------------------------------------------------+
    at each site: half-cell + noise + motion + hum + pops --> wiring ----+--> sinc3 --+ amplifier noise
                                                            --> high-pass, if any --> round, clip --> codes

The load of the inputs on the contacts costs 0.02 % of the signal, 20 kOhm against 80 MOhm at 100 Hz. The signal path
omits it, except where a channel's electrode has lost the skin. The computation goes site by site, so that a session
needs the memory of a few arrays of [samples, sites].
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earloop.recordings import Recording
from earloop.sim.ads1299.sinc3 import sinc3_filter
from earloop.sim.contacts import contact_events
from earloop.sim.contacts.contact import Contact, draw_contact
from earloop.sim.contacts.contact_events import ContactEvent
from earloop.sim.contacts.fit import Fit
from earloop.sim.contacts.half_cell import drift_uv
from earloop.sim.contacts.motion_coupling import disturbance, draw_coupling, shaking_g, transmitted_g
from earloop.sim.contacts.settling import Settling, draw_settling, relative_impedance
from earloop.sim.contacts.slow_process import SLOW_HZ, SlowTime
from earloop.sim.front_end.mains import Mains, body_hum, draw_mains, inputs_fed, load_ratio
from earloop.sim.front_end.noise import amplifier_noise_uv, electrode_noise_uv
from earloop.sim.front_end.profile import FrontEnd, front_end_of
from earloop.sim.front_end.quantise import count_clipped, uv_to_codes
from earloop.spec.design import Design
from earloop.spec.errors import EarloopError
from earloop.synth_data import Session, sitting_still

SPAWN_KEY = 1  # this room's branch of the seed; the body must not draw the same numbers from the same seed
STREAMS = ("contact", "settling", "drift", "coupling", "motion", "events", "noise", "mains", "amplifier")  # append only
LOST_SIGNAL_HZ = 10.0  # the share of the signal that a bad contact loses is computed here; the EEG's alpha
LOST_SHARE = 1e-3  # a smaller loss is not computed, to save time


class FrontEndError(EarloopError):
    """The front end cannot convert a recording; the message says why."""


@dataclass(frozen=True, kw_only=True)
class FrontEndRun:
    """The converted recording of a session, with the true states of its contacts.

    Parameters
    ----------
    recording : the codes
    sites : electrodes, in the order of `contacts` and of the columns of `impedance_kohm`
    contacts : the settled contacts
    impedance_kohm : float32 [rows, sites], `|Z|` at 31.2 Hz, without the fast changes by motion
    impedance_rate_hz : rate of the rows; the first is at the first sample
    """

    recording: Recording
    sites: tuple[str, ...]
    contacts: tuple[Contact, ...]
    impedance_kohm: NDArray[np.float32]
    impedance_rate_hz: float


def convert(
    source: Session | Recording, device: Design | FrontEnd, *, seed: int = 1, fit: Fit | None = None
) -> Recording:
    """Convert electrode potentials to codes, as a device's front end does.

    Parameters
    ----------
    source : a `Session`, whose motion disturbs the contacts; or a `Recording` in uV of a wearer who sits still. It has
        the device's channels, in order, at the converter's rate. The earpiece is put on at its first sample
    device : a design, whose converter is an ADS1299, or another front end such as `MUSE`
    seed : 0 or larger; it determines contacts, drift, hum, noise and failures of contacts
    fit : the fit of the earpiece, one of `FITS`; by default the device's

    Returns
    -------
    Recording
        int32 codes [samples, channels] at the same rate; the annotations of `source`, with `electrode_pop/SITE` and
        `lift_off/SITE` added; its meta with the design's hash and, as `front_end`, device, seed, fit, material, the
        mains, each contact's median `|Z|` at 31.2 Hz, offset and settling class, and each channel's clipped samples.

    Raises
    ------
    FrontEndError
        The recording has another unit, other channels or another rate than the front end, or the seed is negative.
    """
    return front_end_run(source, device, seed=seed, fit=fit).recording


def front_end_run(
    source: Session | Recording, device: Design | FrontEnd, *, seed: int = 1, fit: Fit | None = None
) -> FrontEndRun:
    """Convert as `convert` does, and return also the true states of the contacts."""
    session = source if isinstance(source, Session) else sitting_still(source)
    front_end = front_end_of(device) if isinstance(device, Design) else device
    fit = fit or front_end.fit
    recording, headset = session.recording, front_end.headset
    _check(recording, front_end, seed)
    time, sites = SlowTime(len(recording.data), recording.sfreq), headset.sites
    streams = np.random.SeedSequence(seed, spawn_key=(SPAWN_KEY,)).spawn(len(STREAMS))
    rng = {name: np.random.default_rng(stream) for name, stream in zip(STREAMS, streams, strict=True)}

    mains = draw_mains(front_end, rng["mains"])
    states = _draw_contacts(front_end, fit, shaking_g(session.acceleration_g, time), time, rng)
    uv = _disturbances_uv(session, front_end, states, mains, time, rng)
    offsets_uv = headset.wiring.matrix @ [contact.offset_uv for contact in states.contacts]
    codes = np.empty(recording.data.shape, np.int32)
    for i in range(len(uv)):  # the first electrodes are those of the channels, in order
        uv_i = recording.data[:, i] * _passed_share(front_end, states, i, time) + uv[i]
        codes[:, i] = _digitise(uv_i, offsets_uv[i], front_end, rng["amplifier"])

    facts = {
        "device": front_end.name,
        "seed": seed,
        "fit": fit.name,
        "material": fit.material.name,
        "mains_hz": front_end.mains_hz,
        "mains": mains.facts(),
        "contacts": dict(zip(sites, states.facts(), strict=True)),
        "clipped": dict(zip(headset.channels, count_clipped(codes, front_end).tolist(), strict=True)),
    }
    hashed = {"design_hash": headset.design_hash} if headset.design_hash else {}
    events = contact_events.event_annotations(states.events, sites, recording.duration_s)
    converted = replace(
        recording,
        data=codes,
        unit="codes",
        # Of two events with the same onset, the longer comes first.
        annotations=tuple(sorted([*recording.annotations, *events], key=lambda a: (a.onset_s, -a.duration_s))),
        meta=recording.meta | hashed | {"lsb_uv": front_end.lsb_uv, "front_end": facts},
    )
    return FrontEndRun(
        recording=converted,
        sites=sites,
        contacts=states.contacts,
        impedance_kohm=states.impedance_kohm,
        impedance_rate_hz=SLOW_HZ,
    )


@dataclass(frozen=True, kw_only=True)
class _Worn:
    """The contacts of one session, one for each site, and their slow changes, float64 [rows, sites] at `SLOW_HZ`."""

    contacts: tuple[Contact, ...]
    settlings: tuple[Settling, ...]
    events: tuple[ContactEvent, ...]
    relative: NDArray[np.float64]  # impedance over that of the settled contact
    drift_uv: NDArray[np.float64]

    @property
    def impedance_kohm(self) -> NDArray[np.float32]:
        """`|Z|` at 31.2 Hz, float32 [rows, sites]."""
        return (self.relative * [contact.kohm for contact in self.contacts]).astype(np.float32)

    def facts(self) -> list[dict[str, Any]]:
        """Return the facts of each contact that a recording stores."""
        medians = np.median(self.impedance_kohm, axis=0).tolist()
        return [
            {"kohm": round(kohm, 3), "offset_mv": round(contact.offset_uv / 1e3, 3), "settling": settling.kind}
            for contact, settling, kohm in zip(self.contacts, self.settlings, medians, strict=True)
        ]


def _draw_contacts(
    front_end: FrontEnd, fit: Fit, shaken_g: NDArray[np.float64], time: SlowTime, rng: dict[str, np.random.Generator]
) -> _Worn:
    """Draw the contacts and their changes during a session; `shaken_g` [rows] is the rms of the head's acceleration."""
    channels, sites = front_end.headset.channels, front_end.headset.sites
    contacts = tuple(draw_contact(fit, rng["contact"], reference=site not in channels) for site in sites)
    settlings = tuple(draw_settling(fit, rng["settling"]) for _ in sites)
    events = contact_events.draw_events(fit, len(sites), shaken_g, time.samples / time.sfreq, rng["events"])
    relative = relative_impedance(settlings, time.rows, rng["settling"])
    relative *= contact_events.lift_off_factor(events, time.rows, len(sites))
    return _Worn(
        contacts=contacts,
        settlings=settlings,
        events=events,
        relative=relative,
        drift_uv=drift_uv(fit.material, settlings, time.rows, rng["drift"]),
    )


def _disturbances_uv(
    session: Session,
    front_end: FrontEnd,
    states: _Worn,
    mains: Mains,
    time: SlowTime,
    rng: dict[str, np.random.Generator],
) -> NDArray[np.float32]:
    """Return the disturbances of the channels by the contacts, without constant offsets, [channels, samples], uV."""
    wiring = front_end.headset.wiring
    head_g = transmitted_g(session.acceleration_g, time.sfreq)
    jaw_open = np.asarray(session.jaw_open, np.float32)
    hum = body_hum(mains, time, rng["mains"])
    uv = np.tile(hum.through_amplifier_uv(front_end), (len(wiring.channels), 1))
    for site, (contact, inputs) in enumerate(zip(states.contacts, inputs_fed(wiring), strict=True)):
        relative = states.relative[:, site]
        change, site_uv = disturbance(head_g, jaw_open, draw_coupling(rng["coupling"]), time, rng["motion"])
        site_uv += electrode_noise_uv(contact, time.samples, time.sfreq, rng["noise"])
        # Thermal noise follows the root of the impedance; the same for excess noise and motion is an estimate.
        site_uv *= time.stretch(np.sqrt(relative))
        site_uv += hum.at_input_uv(front_end, contact, inputs, relative, change, time)
        site_uv += time.stretch(states.drift_uv[:, site] + _bias_current_uv(front_end, contact, inputs, relative))
        contact_events.add_pops(site_uv, states.events, site, time.sfreq)
        for channel in np.flatnonzero(wiring.matrix[:, site]):
            uv[channel] += np.float32(wiring.matrix[channel, site]) * site_uv
    return uv


def _passed_share(front_end: FrontEnd, states: _Worn, site: int, time: SlowTime) -> NDArray[np.float32] | np.float32:
    """Return the share of a channel's potential that passes its electrode's contact: [samples], or 1 if almost all."""
    inputs = float(inputs_fed(front_end.headset.wiring)[site])
    ratio = load_ratio(front_end, states.contacts[site], inputs, LOST_SIGNAL_HZ)
    passed = 1 / np.abs(1 + states.relative[:, site] * ratio)
    return np.float32(1) if passed.min() > 1 - LOST_SHARE else time.stretch(passed)


def _bias_current_uv(
    front_end: FrontEnd, contact: Contact, inputs: float, relative: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the voltage of the inputs' bias current across a contact, float64 [rows], uV."""
    siemens = 1 / (relative * contact.dc_ohm) + inputs / front_end.input_ohm
    drop_uv: NDArray[np.float64] = front_end.input_bias_pa * 1e-6 * inputs / siemens
    return drop_uv


def _digitise(
    uv: NDArray[np.floating[Any]], offset_uv: float, front_end: FrontEnd, rng: np.random.Generator
) -> NDArray[np.int32]:
    """Amplify and convert one channel: int32 codes [samples]."""
    from scipy.signal import butter, lfilter, lfilter_zi

    rate_hz = front_end.headset.rate_hz
    if front_end.decimation == "sinc3":
        uv = sinc3_filter(uv)
    uv = uv + amplifier_noise_uv(front_end.noise_uv, front_end.decimation, len(uv), rate_hz, rng)
    if front_end.high_pass_hz:  # the filter has settled at the first value
        b, a = butter(1, front_end.high_pass_hz, "highpass", fs=rate_hz)
        return uv_to_codes(lfilter(b, a, uv, zi=uv[0] * lfilter_zi(b, a))[0], front_end)
    return uv_to_codes(uv + np.float64(offset_uv), front_end)


def _check(recording: Recording, front_end: FrontEnd, seed: int) -> None:
    channels, rate_hz = front_end.headset.channels, front_end.headset.rate_hz
    if recording.unit != "uV":
        raise FrontEndError(f"the recording is in {recording.unit}; the front end takes electrode potentials in uV")
    if recording.channels != channels:
        have, want = ", ".join(recording.channels), ", ".join(channels)
        raise FrontEndError(f"channels {have}; {front_end.name} has {want}: select and order them when reading")
    if recording.sfreq != rate_hz:
        wanted = f"{front_end.name} runs at {rate_hz:g} Hz: resample first"
        raise FrontEndError(f"sampling rate {recording.sfreq:g} Hz; {wanted}")
    if seed < 0:
        raise FrontEndError(f"seed {seed}; must be 0 or larger")
