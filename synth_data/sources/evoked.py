"""Evoked responses: to flicker (SSVEP), to modulated tones (ASSR), to rare targets (P300), to faces (N170).

Amplitudes are medians of healthy adults in the derivation that each place names. Trials differ in height and latency.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from earloop.recordings import Annotation
from earloop.synth_data.head.cortex import CorticalPatches, event_gain
from earloop.synth_data.head.headset import Headset
from earloop.synth_data.scenes.behaviours import Flicker, Oddball, Pictures, SteadyStimulus, Tone
from earloop.synth_data.scenes.timeline import Timeline, event_onsets
from earloop.synth_data.signals.curve import Samples, add_wave
from earloop.synth_data.signals.spectrum import FloatArray, slow_noise
from earloop.synth_data.subject import Subject

VISUAL = CorticalPatches(at=((80.0, 180.0), (85.0, 155.0), (85.0, -155.0)), weight=(1.0, 0.7, 0.7), stated="Oz")
# Heschl's gyri are along the Sylvian fissure: their dipoles point up and forward, largest at Fz (Herdman et al. 2002).
AUDITORY = CorticalPatches(at=((75.0, 90.0), (75.0, -90.0)), weight=(1.0, 1.0), stated="Fz", moment=(0.0, 0.4, 0.9))
PARIETAL = CorticalPatches(at=((46.0, 180.0), (25.0, 180.0), (23.0, 0.0)), weight=(1.0, 0.6, 0.3), stated="Pz")
# The fusiform gyri, larger on the right (Bentin et al. 1996).
TEMPORO_OCCIPITAL = CorticalPatches(at=((95.0, 128.0), (95.0, -128.0)), weight=(1.0, 0.6), stated="P8", depth=0.6)


@dataclass(frozen=True, kw_only=True)
class Steady:
    """A response at the stimulus's frequency and its harmonics.

    Parameters
    ----------
    uv : amplitude at the stimulus's frequency, uV rms
    harmonics : amplitudes of the harmonics over that of the first, beginning with the first
    """

    label: str
    place: CorticalPatches
    uv: float
    harmonics: tuple[float, ...]
    latency_s: float
    falls_from_hz: float | None
    """Above this frequency the response falls with the root of frequency; None if it does not fall."""


SSVEP = Steady(
    label="ssvep",
    place=VISUAL,
    uv=2.5,  # 1-4 uV at Oz, largest at 8-15 Hz (Herrmann 2001)
    harmonics=(1.0, 0.4, 0.15),
    latency_s=0.12,
    falls_from_hz=15.0,
)
ASSR = Steady(
    label="assr",
    place=AUDITORY,
    uv=0.35,  # .2-.6 uV at 40 Hz (Picton et al. 2003)
    harmonics=(1.0, 0.1),
    latency_s=0.05,
    falls_from_hz=None,
)
ONSET_S = 0.3  # rise time of a steady response; estimate
STEADY_UNREST = 0.3  # slow variation of its height, sd over mean; estimate


@dataclass(frozen=True, kw_only=True)
class Peak:
    """One Gaussian deflection of an evoked potential: height in uV, latency and width (sd) in s."""

    place: CorticalPatches
    uv: float
    latency_s: float
    width_s: float


# Everything that appears on a screen evokes these two (Luck 2014).
P1 = Peak(place=VISUAL, uv=4.0, latency_s=0.110, width_s=0.018)
N1 = Peak(place=TEMPORO_OCCIPITAL, uv=-3.0, latency_s=0.180, width_s=0.025)
P300_TARGET = Peak(place=PARIETAL, uv=9.0, latency_s=0.38, width_s=0.075)  # Polich 2007: 5-15 uV at Pz, 300-450 ms
P300_STANDARD = Peak(place=PARIETAL, uv=1.5, latency_s=0.36, width_s=0.075)
N170_FACE = Peak(place=TEMPORO_OCCIPITAL, uv=-5.5, latency_s=0.170, width_s=0.022)  # Bentin et al. 1996
N170_HOUSE = Peak(place=TEMPORO_OCCIPITAL, uv=-2.2, latency_s=0.175, width_s=0.022)
RESPONSES = {
    "p300_target": (P300_TARGET, N1, P1),
    "p300_standard": (P300_STANDARD, N1, P1),
    "n170_face": (N170_FACE, P1),
    "n170_house": (N170_HOUSE, P1),
}
HEIGHT_SD, LATENCY_SD_S = 0.35, 0.025  # spread from trial to trial; estimates
RESPONSE_S = 0.8


def evoked(
    headset: Headset, timeline: Timeline, subject: Subject, samples: int, rng: np.random.Generator
) -> tuple[Samples, list[Annotation]]:
    """Return the responses to all stimuli.

    Returns
    -------
    float32 [channels, samples], uV; and events `ssvep` and `assr`, which last as long as the stimulus and have its
    frequency in Hz as amplitude, and one event for each picture: `p300_target`, `p300_standard`, `n170_face` or
    `n170_house`, with amplitude in uV
    """
    uv = np.zeros((len(headset.channels), samples), np.float32)
    events = _add_steady_responses(uv, headset, timeline, subject, rng)
    events += _add_picture_responses(uv, headset, timeline, subject, rng)
    return uv, events


def _add_steady_responses(
    uv: Samples, headset: Headset, timeline: Timeline, subject: Subject, rng: np.random.Generator
) -> list[Annotation]:
    """Add the responses to periodic stimuli to `uv` [channels, samples]; returns their events."""
    samples = uv.shape[1]
    events: list[Annotation] = []
    stimulus_of: tuple[tuple[Steady, type[SteadyStimulus]], ...] = ((SSVEP, Flicker), (ASSR, Tone))
    for response, kind in stimulus_of:
        for activity, stimulus in timeline.doing(kind):
            frequency_hz = stimulus.frequency_hz
            source = np.zeros(samples, np.float32)
            add_wave(
                source,
                activity.onset_s,
                _steady(response, frequency_hz, activity.duration_s, headset, rng),
                headset.rate_hz,
            )
            uv += event_gain(response.place, headset.wiring, subject).astype(np.float32)[:, np.newaxis] * source
            events.append(Annotation(activity.onset_s, activity.duration_s, response.label, frequency_hz, "eeg"))
    return events


def _add_picture_responses(
    uv: Samples, headset: Headset, timeline: Timeline, subject: Subject, rng: np.random.Generator
) -> list[Annotation]:
    """Add the responses to single pictures to `uv` [channels, samples]; returns their events."""
    samples = uv.shape[1]
    events: list[Annotation] = []
    stimuli = [
        (onset_s, "p300_target" if rng.random() < options.target_share else "p300_standard")
        for activity, options in timeline.doing(Oddball)
        for onset_s in event_onsets(activity, options.gap_s, RESPONSE_S, rng)
    ] + [
        (onset_s, "n170_face" if rng.random() < 0.5 else "n170_house")
        for activity, options in timeline.doing(Pictures)
        for onset_s in event_onsets(activity, options.gap_s, RESPONSE_S, rng)
    ]
    places = [peak.place for peaks in RESPONSES.values() for peak in peaks] if stimuli else []
    sources = {place: np.zeros(samples, np.float32) for place in places}
    t = np.arange(round(RESPONSE_S * headset.rate_hz)) / headset.rate_hz
    for onset_s, label in stimuli:
        height = float(max(0.0, rng.normal(1, HEIGHT_SD)))
        delay_s = LATENCY_SD_S * rng.standard_normal()
        for peak in RESPONSES[label]:
            wave = height * peak.uv * np.exp(-0.5 * ((t - peak.latency_s - delay_s) / peak.width_s) ** 2)
            add_wave(sources[peak.place], onset_s, wave, headset.rate_hz)
        events.append(Annotation(onset_s, RESPONSE_S, label, height * RESPONSES[label][0].uv, "eeg"))
    for place, source in sources.items():
        uv += event_gain(place, headset.wiring, subject).astype(np.float32)[:, np.newaxis] * source
    return events


def _steady(
    response: Steady, frequency_hz: float, duration_s: float, headset: Headset, rng: np.random.Generator
) -> FloatArray:
    """Return a steady response at its place's derivation, uV, float64 [samples]; the stimulus begins at phase 0."""
    samples, sfreq = round(duration_s * headset.rate_hz), headset.rate_hz
    t = np.arange(samples) / sfreq - response.latency_s
    strength = 1.0 if response.falls_from_hz is None else min(1.0, (response.falls_from_hz / frequency_hz) ** 0.5)
    height = strength * response.uv * np.sqrt(2) * (1 + STEADY_UNREST * slow_noise(0.3, samples, sfreq, rng))
    height = height * np.clip(t / ONSET_S, 0, 1)
    wave: FloatArray = np.zeros(samples)
    for order, share in enumerate(response.harmonics, 1):
        if order * frequency_hz < sfreq / 2:
            wave += share * np.sin(2 * np.pi * order * frequency_hz * t)
    response_uv: FloatArray = height * wave
    return response_uv
