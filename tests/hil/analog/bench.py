"""A simulated bench without its firmware, at a tenth of the cost: the chip's codes, the golden model's tokens."""

from __future__ import annotations

import numpy as np

from earloop.hil.analog.attenuator import Attenuator
from earloop.hil.analog.measure import LEAD_S, AnalogMeasurement, samples_wanted
from earloop.hil.analog.simulated_bench import SOUND, SimulatedBench
from earloop.hil.analog.stimulus import make_stimulus
from earloop.hil.run.device import Identity
from earloop.recordings import Recording
from earloop.spec.golden import GoldenTokenizer

PLAY_HZ = 4000.0
# CONFIG1: 1000 SPS; CONFIG3: reference on; MISC1: SRB1; the channels: gain 12 (SBAS499C, section 9.6.1).
SETUP = ((0x01, 0x94), (0x03, 0xE0), (0x15, 0x20), *((register, 0x50) for register in range(0x05, 0x09)))
RESET, SDATAC, WREG = 0x06, 0x11, 0x40


def coloured_recording(design, seconds, seed, uv=60.0):
    """Noise that falls with frequency, other on each channel: something in every band."""
    rng = np.random.default_rng(seed)
    count = round(seconds * design.converter.rate_hz)
    spectrum = np.fft.rfft(rng.standard_normal((count, len(design.channels))), axis=0)
    frequency_hz = np.fft.rfftfreq(count, 1 / design.converter.rate_hz)
    shape = 1 / np.sqrt(np.maximum(frequency_hz, 0.5))
    shape[(frequency_hz > 120) | (frequency_hz < 0.2)] = 0
    data = np.fft.irfft(spectrum * shape[:, np.newaxis], count, axis=0)
    return Recording(uv * data / data.std(axis=0), "uV", float(design.converter.rate_hz), design.channels)


def started(bench):
    """The chip converting, as the firmware's driver would have it."""
    chip = bench.chip
    chip.advance(0.2)
    chip.transfer(bytes([RESET]))
    chip.advance(cycles=18)
    chip.transfer(bytes([SDATAC]))
    for register, value in SETUP:
        chip.transfer(bytes([WREG | register, 0, value]))
    chip.advance(1.0)
    chip.set_start(True)
    return chip


def measured(fixed, seed, seconds=8.0, faults=SOUND, alter=lambda codes: codes, play=True, outputs=None):
    """What a bench of that seed gives, and the bench; `alter` changes the codes before they are tokenized."""
    design, attenuator = fixed.design, Attenuator(1000.0)
    bench = SimulatedBench(fixed, attenuator, np.random.default_rng(seed), faults=faults, outputs=outputs)
    stimulus = make_stimulus(coloured_recording(design, seconds, seed), design, bench.facts.outputs, PLAY_HZ)
    volts = 1e-6 * stimulus.uv * attenuator.ratio
    bench.load(volts, PLAY_HZ)
    chip = started(bench)
    lead = round(LEAD_S * design.converter.rate_hz)
    first = chip.capture(lead)
    bench.lead_end_s = chip.time_s
    if play:
        bench.trigger()
    codes = alter(np.concatenate([first, chip.capture(samples_wanted(stimulus, design) - lead)]))
    tokens = GoldenTokenizer(fixed).push(codes).tokens
    identity = Identity(kind="simulated", name="chip", design_hash=design.design_hash, build="")
    peak_v = float(np.abs(volts).max())
    run = AnalogMeasurement(
        identity=identity,
        complaints=(),
        generator=bench.facts,
        attenuator=attenuator,
        stimulus=stimulus,
        peak_v=peak_v,
        tokens=tokens,
        codes=codes,
    )
    return run, bench
