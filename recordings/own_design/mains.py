"""The mains frequency of a recording, from the line in its spectrum."""

from __future__ import annotations

from typing import Literal

import numpy as np

from earloop.recordings.recording import Recording

Mains = Literal[0, 50, 60]
WINDOW_S = 4.0  # a line is then 0.5 Hz wide with a Hann window
NEAR_HZ, BESIDE_HZ = 0.5, 5.0  # the line, and the stretch on both sides that it is compared with
CLEAR_DB = 6.0  # height of a clear line above its surroundings
ROUNDING = 1e-12  # share of the largest power that may be an error of rounding
USUAL: Mains = 50


def choose_mains(recording: Recording, token_rate_hz: float, given: Mains | None) -> tuple[Mains, str]:
    """Return the mains frequency for a design's notch, 0 for no notch, and a sentence that says why."""
    if given is not None:
        chosen, why = given, "as you say"
    else:
        heights_db = {mains: line_height_db(recording, mains) for mains in (50, 60)}
        clear = {mains: height for mains, height in heights_db.items() if height >= CLEAR_DB}
        chosen = USUAL
        why = "because no clear line is in the spectrum; --mains 60 or --mains 0 chooses another"
        if clear:
            chosen = 60 if clear.get(60, 0.0) > clear.get(50, 0.0) else 50
            why = f"because its line is {clear[chosen]:.0f} dB above its surroundings"
    if chosen and chosen >= token_rate_hz / 2:
        nyquist = f"the tokenizer's Nyquist frequency is {token_rate_hz / 2:g} Hz"
        return 0, f"mains: no notch, because {nyquist}, below {chosen} Hz"
    return chosen, f"mains: {f'{chosen} Hz' if chosen else 'no notch'}, {why}"


def line_height_db(recording: Recording, mains_hz: float) -> float:
    """Return the height of a line above the spectrum beside it in dB, the median of all channels.

    The result is 0 if the recording is too slow, or too short for one window.
    """
    from scipy.signal import welch

    window = round(WINDOW_S * recording.sfreq)
    if mains_hz + BESIDE_HZ > recording.sfreq / 2 or len(recording.data) < window:
        return 0.0
    hz, power = welch(recording.data, recording.sfreq, nperseg=window, axis=0)
    off_hz = np.abs(hz - mains_hz)
    line = power[off_hz <= NEAR_HZ].max(axis=0)
    beside = np.median(power[(off_hz > 2 * NEAR_HZ) & (off_hz <= BESIDE_HZ)], axis=0)
    alive = beside > ROUNDING * power.max(axis=0)  # a flat channel and a pure tone have no spectrum beside the line
    return float(np.median(10 * np.log10(line[alive] / beside[alive]))) if alive.any() else 0.0
