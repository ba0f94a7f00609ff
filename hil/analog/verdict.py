"""The verdict on an analog measurement.

If the earbud sends its codes, its digital part is compared with the golden model on these codes, bit for bit, and its
analog part is judged by the codes. If it sends tokens alone, both parts are judged together by the tokens.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.hil.analog.budget import NoiseBudget, noise_budget
from earloop.hil.analog.calibrate import Calibration, calibrate
from earloop.hil.analog.compare import AnalogTolerances, compare_bands
from earloop.hil.analog.criteria import AnalogFigures
from earloop.hil.analog.measure import AnalogMeasurement
from earloop.hil.analog.stimulus import AnalogStimulus
from earloop.hil.analog.view import BandView, CodesView, Playback, View, float_bands
from earloop.hil.judging.compare import TapComparison, compare_run
from earloop.hil.run.device import DeviceRun
from earloop.hil.run.golden import run_golden
from earloop.sim.front_end.quantise import codes_to_uv
from earloop.spec.design import Design
from earloop.spec.fixed import FixedDesign
from earloop.spec.patches import from_patches

STRICT = AnalogTolerances()
CROSSED = 0.2  # by how much the correlation with another output must exceed that with the channel's own


@dataclass(frozen=True, kw_only=True)
class AnalogVerdict(AnalogFigures):
    """The verdict on one measurement: its criteria, see `earloop.hil.analog.criteria`, and the values behind them.

    view : the view of the calibration: `codes`, or a band's name
    budget : the expected noise of each band
    found, wanted : float64 [rows, channels], uV, at `rate_hz`: the received and the expected signal of the view
    """

    view: str
    rate_hz: float
    budget: NoiseBudget
    found: NDArray[np.float64]
    wanted: NDArray[np.float64]


def judge_analog(
    measured: AnalogMeasurement, fixed: FixedDesign, tolerances: AnalogTolerances = STRICT
) -> AnalogVerdict:
    """Calibrate and judge a measurement.

    Raises
    ------
    BurstError
        The received signal does not contain the stimulus, so there is nothing to judge.
    """
    design, stimulus, seen = fixed.design, measured.stimulus, _seen(measured, fixed)
    view, received = seen.view, seen.received
    playback = Playback(stimulus, seen.samples, float(design.converter.rate_hz))
    clipped = measured.clipped(design)
    calibration = calibrate(playback, received, view, clipped, design.channels)
    outputs, feeds = playback.seen(calibration.timing, view), list(stimulus.feeds)
    sent = outputs[:, feeds]
    at_converter = playback.seen(calibration.timing, CodesView(design))[:, feeds]
    crossed = _crossed(received, outputs, measured, calibration, view)
    gain = np.where([c in crossed for c in range(len(feeds))], np.nan, calibration.gain.value)
    wanted_bands = float_bands(design, at_converter) * gain[:, np.newaxis]
    budget = _budget(measured, fixed)
    ticks, rows = min(len(seen.bands), len(wanted_bands)), min(len(received), len(sent))
    responses = compare_bands(
        design,
        seen.bands[:ticks],
        wanted_bands[:ticks],
        _playing(calibration, stimulus, design, ticks),
        budget,
        tolerances,
        low_hz=measured.generator.low_hz,
    )
    return AnalogVerdict(
        design=design,
        tolerances=tolerances,
        measured=measured,
        calibration=calibration,
        clipped=clipped,
        crossed=crossed,
        bands=responses,
        digital=_digital(measured, fixed),
        view=seen.name,
        rate_hz=view.rate_hz,
        budget=budget,
        found=received[:rows],
        wanted=sent[:rows] * calibration.gain.value + np.nan_to_num(calibration.offset_uv.value),
    )


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """The received signal in a view: `received`, float64 [rows, channels], uV, by `view` with this name.

    samples : number of samples of its converter
    bands : float64 [ticks, channels, bands], uV
    """

    view: View
    name: str
    received: NDArray[np.float64]
    samples: int
    bands: NDArray[np.float64]


def _seen(measured: AnalogMeasurement, fixed: FixedDesign) -> _Seen:
    """Return the received signal: the codes if the earbud sends them, or else its widest band."""
    design = fixed.design
    if measured.codes is not None:
        uv = codes_to_uv(measured.codes, design.converter)
        view, bands = CodesView(design), float_bands(design, uv)
        return _Seen(view=view, name="codes", received=uv, samples=len(uv), bands=bands)
    bands, band = _token_bands(measured, fixed), _widest_band(design, measured.stimulus.burst_hz)
    return _Seen(
        view=BandView(design, band),
        name=design.band_names[band],
        received=bands[..., band],
        samples=len(bands) * design.decimator.factor,
        bands=bands,
    )


def _budget(measured: AnalogMeasurement, fixed: FixedDesign) -> NoiseBudget:
    """Return the noise of amplifier, attenuator and generator, and of tokens if they replace the codes."""
    step_uv = 1e6 * measured.peak_v / 2 ** (measured.generator.bits - 1) / measured.attenuator.ratio
    lsb_uv = fixed.token_lsb_uv if measured.codes is None else None
    return noise_budget(fixed.design, measured.attenuator, step_uv, measured.stimulus.rate_hz, lsb_uv)


def _playing(calibration: Calibration, stimulus: AnalogStimulus, design: Design, ticks: int) -> slice:
    """Return the ticks, up to `ticks`, in which the generator played."""
    ends_s = calibration.timing.device_s(0.0), calibration.timing.device_s(stimulus.duration_s)
    begin, end = (round(at_s * design.token_rate_hz) for at_s in ends_s)
    return slice(max(0, begin), min(ticks, end))


def _token_bands(measured: AnalogMeasurement, fixed: FixedDesign) -> NDArray[np.float64]:
    """Return the tokens as bands, float64 [ticks, channels, bands], uV."""
    uv: NDArray[np.float64] = from_patches(measured.tokens) * np.array(fixed.token_lsb_uv)
    return uv


def _widest_band(design: Design, burst_hz: tuple[float, float]) -> int:
    """Return the index of the band with the largest part of a burst."""
    held = [min(band.high_hz, burst_hz[1]) - max(band.low_hz, burst_hz[0]) for band in design.bands]
    return int(np.argmax(held))


def _digital(measured: AnalogMeasurement, fixed: FixedDesign) -> TapComparison | None:
    if measured.codes is None:
        return None
    golden = run_golden(fixed, measured.codes)
    run = DeviceRun(tokens=measured.tokens)
    return next(tap for tap in compare_run(golden.taps, run, fixed.design, measured.codes) if tap.tap == "tokens")


def _crossed(
    received: NDArray[np.float64],
    outputs: NDArray[np.float64],
    measured: AnalogMeasurement,
    calibration: Calibration,
    view: View,
) -> dict[int, int]:
    """Return the channels that show the recording of another output: channel to output."""
    body = measured.stimulus.body
    rows = slice(*(max(0, round(calibration.timing.device_s(at) * view.rate_hz)) for at in (body.start_s, body.stop_s)))
    x, y = (values[rows] - values[rows].mean(axis=0) for values in (received, outputs))
    norms = np.linalg.norm(x, axis=0)[:, np.newaxis] * np.linalg.norm(y, axis=0)
    alike = x.T @ y / np.maximum(norms, 1e-30)
    return {
        c: int(best)
        for c, (best, feed) in enumerate(zip(alike.argmax(axis=1), measured.stimulus.feeds, strict=True))
        if best != feed and alike[c, best] - alike[c, feed] > CROSSED
    }
