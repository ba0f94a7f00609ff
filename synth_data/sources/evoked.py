"""What the cortex answers: to flicker (SSVEP), to modulated tones (ASSR), to rare targets (P300), to faces (N170).

Amplitudes are medians of healthy adults in the derivation named with each; trials differ in height and latency.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from earloop.recordings import Annotation
from earloop.synth_data.head.cortex import Place, event_gain
from earloop.synth_data.head.headset import Headset
from earloop.synth_data.scenes.behaviours import Flicker, Oddball, Pictures, SteadyStimulus, Tone
from earloop.synth_data.scenes.timeline import Timeline, event_onsets
from earloop.synth_data.signals.curve import Samples, add_wave
from earloop.synth_data.signals.spectrum import FloatArray, slow_noise
from earloop.synth_data.subject import Subject

VISUAL = Place(((80.0, 180.0), (85.0, 155.0), (85.0, -155.0)), (1.0, 0.7, 0.7), "Oz")
# Heschl's gyri lie along the Sylvian fissure: their dipoles point up and forward, largest at Fz (Herdman et al. 2002).
AUDITORY = Place(((75.0, 90.0), (75.0, -90.0)), (1.0, 1.0), "Fz", moment=(0.0, 0.4, 0.9))
PARIETAL = Place(((46.0, 180.0), (25.0, 180.0), (23.0, 0.0)), (1.0, 0.6, 0.3), "Pz")
# The fusiform gyri, larger on the right (Bentin et al. 1996).
TEMPORO_OCCIPITAL = Place(((95.0, 128.0), (95.0, -128.0)), (1.0, 0.6), "P8", depth=0.6)


@dataclass(frozen=True)
class Steady:
    """A response at the stimulus's frequency and its harmonics (shares of the first), uV rms of the first."""

    label: str
    place: Place
    uv: float
    harmonics: tuple[float, ...]
    latency_s: float
    falls_from_hz: float | None
    """Above it the response falls with the root of frequency; None: it does not."""


SSVEP = Steady("ssvep", VISUAL, 2.5, (1.0, 0.4, 0.15), 0.12, 15.0)  # 1-4 uV at Oz, largest at 8-15 Hz (Herrmann 2001)
ASSR = Steady("assr", AUDITORY, 0.35, (1.0, 0.1), 0.05, None)  # .2-.6 uV at 40 Hz (Picton et al. 2003)
ONSET_S = 0.3  # a steady response builds up; estimate
STEADY_UNREST = 0.3  # how much its height wanders; estimate


@dataclass(frozen=True)
class Peak:
    """One deflection of an evoked potential, Gaussian: uV, latency, width (sd)."""

    place: Place
    uv: float
    latency_s: float
    width_s: float


# Anything that appears on a screen (Luck 2014).
P1, N1 = Peak(VISUAL, 4.0, 0.110, 0.018), Peak(TEMPORO_OCCIPITAL, -3.0, 0.180, 0.025)
RESPONSES = {
    "p300_target": (Peak(PARIETAL, 9.0, 0.38, 0.075), N1, P1),  # Polich 2007: 5-15 uV at Pz, 300-450 ms
    "p300_standard": (Peak(PARIETAL, 1.5, 0.36, 0.075), N1, P1),
    "n170_face": (Peak(TEMPORO_OCCIPITAL, -5.5, 0.170, 0.022), P1),  # Bentin et al. 1996
    "n170_house": (Peak(TEMPORO_OCCIPITAL, -2.2, 0.175, 0.022), P1),
}
HEIGHT_SD, LATENCY_SD_S = 0.35, 0.025  # from trial to trial; estimates
RESPONSE_S = 0.8


def evoked(
    headset: Headset, timeline: Timeline, subject: Subject, samples: int, rng: np.random.Generator
) -> tuple[Samples, list[Annotation]]:
    """Responses to whatever is seen or heard.

    Returns
    -------
    float32 [channels, samples], uV; and `ssvep` and `assr` for as long as the stimulus lasts, with its frequency in Hz
    as amplitude, and one event a picture, `p300_target` and `p300_standard`, `n170_face` and `n170_house`, uV
    """
    uv = np.zeros((len(headset.channels), samples), np.float32)
    events: list[Annotation] = []
    followed: tuple[tuple[Steady, type[SteadyStimulus]], ...] = ((SSVEP, Flicker), (ASSR, Tone))
    for response, kind in followed:
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
    return uv, events


def _steady(
    response: Steady, frequency_hz: float, duration_s: float, headset: Headset, rng: np.random.Generator
) -> FloatArray:
    """A steady response at the stated derivation, uV, float64 [its samples]; the stimulus begins at phase 0."""
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
