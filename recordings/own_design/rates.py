"""The rates and bands that a recording carries.

A recording is resampled to the converter's rate; the resampler is flat up to 80 % of the Nyquist frequency of the
recording (`earloop.recordings.reading.resample`), so no band of the design goes higher. The tokenizer does not run
faster than the recording.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from earloop.recordings.recording import RecordingError
from earloop.spec.design import Design

FLAT = 0.8  # of the Nyquist frequency, to which the resampler is flat
CONVERTER_HZ = 1000
TOKEN_RATES_HZ = (200, 125, 100, 50)  # whole parts of the converter's rate, of which each keeps the words accurate
TAPS_PER_FACTOR = 50  # the reference design's width of the transition, from 90 to 110 % of Nyquist, at any factor
LEAST_RATIO = 1.4  # of a band's edges after it was cut: half an octave


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Tables of a design for a recording.

    converter, decimator : tables of the design file, as changes of the reference design
    token_rate_hz : rate of the tokenizer
    carried_hz : highest frequency that the recording and the tokenizer carry
    """

    converter: dict[str, Any]
    decimator: dict[str, Any]
    token_rate_hz: int
    carried_hz: float


def choose_rates(rate_hz: float) -> tuple[Rates, str]:
    """Return the rates for a recording, and a sentence that says why.

    Raises
    ------
    RecordingError
        The recording is slower than every rate of the tokenizer.
    """
    token_rate_hz = next((rate for rate in TOKEN_RATES_HZ if rate <= rate_hz * (1 + 1e-3)), None)
    if token_rate_hz is None:
        raise RecordingError(f"{rate_hz:g} Hz: a design needs a recording of {TOKEN_RATES_HZ[-1]} Hz or more")
    factor = CONVERTER_HZ // token_rate_hz
    nyquist_hz = token_rate_hz / 2
    carried_hz = min(FLAT * rate_hz / 2, nyquist_hz)
    decimator = {
        "factor": factor,
        "taps": TAPS_PER_FACTOR * factor + 1,
        "pass_hz": 0.9 * nyquist_hz,
        "stop_hz": 1.1 * nyquist_hz,
    }
    rates = Rates(
        converter={"rate_hz": CONVERTER_HZ}, decimator=decimator, token_rate_hz=token_rate_hz, carried_hz=carried_hz
    )
    return rates, (
        f"rates: {rate_hz:g} Hz of the recording are resampled to {CONVERTER_HZ} Hz of the converter and decimated by "
        f"{factor} to {token_rate_hz} Hz of the tokenizer, which is not faster than the recording"
    )


def choose_bands(rates: Rates, reference: Design) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the reference design's bands as far as the recording carries them, and sentences about the others."""
    highest_hz = rates.carried_hz
    kept, cut, left_out = [], [], []
    for band in reference.bands:
        if band.high_hz <= highest_hz:
            kept.append(band.model_dump())
        elif highest_hz / band.low_hz >= LEAST_RATIO:
            kept.append(band.model_dump() | {"high_hz": highest_hz})
            cut.append(band.name)
        else:
            left_out.append(band.name)
    why = f"because the recording carries no more than {highest_hz:g} Hz"
    said = [f"bands: {', '.join(band['name'] for band in kept)}"]
    if cut:
        said.append(f"bands cut at {highest_hz:g} Hz: {', '.join(cut)}, {why}")
    if left_out:
        said.append(f"bands left out: {', '.join(left_out)}, {why}")
    return kept, said
