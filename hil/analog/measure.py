"""One measurement: the earbud acquires while the generator plays once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.hil.analog.attenuator import Attenuator
from earloop.hil.analog.generator import Generator, GeneratorError, GeneratorFacts
from earloop.hil.analog.stimulus import AnalogStimulus
from earloop.hil.devices.earbud import Earbud
from earloop.hil.devices.own_converter import converter_of
from earloop.hil.link.errors_in_words import fault_in_words, self_test_complaints
from earloop.hil.run.device import Advance, Identity
from earloop.sim.front_end.quantise import code_limits
from earloop.spec.design import Design
from earloop.spec.errors import LinkError
from earloop.spec.fixed import FixedDesign
from earloop.spec.messages import Tap

PLAY_HZ = (4000.0, 2000.0, 1000.0)  # points per second; the first that fits the generator's memory is used
LEAD_S = 0.5  # of silence before the trigger, so that the decimator has settled
LATE_S = 2.0  # longest delay of a trigger
CLOCK_SLACK = 0.01  # relative allowance for a fast clock on each side
RAILS = 2  # codes next to a rail count as clipped, because the sinc filter does not quite reach the rail


@dataclass(frozen=True, kw_only=True)
class AnalogMeasurement:
    """The played stimulus, and the received codes and tokens.

    identity : identity of the earbud
    complaints : faults that it reports about itself
    generator : the generator used
    peak_v : peak of the played waveform
    tokens : int16 [patches, channels, bands, patch]
    codes : int32 [samples, channels]; None if the earbud does not send them
    """

    identity: Identity
    complaints: tuple[str, ...]
    generator: GeneratorFacts
    attenuator: Attenuator
    stimulus: AnalogStimulus
    peak_v: float
    tokens: NDArray[np.int16]
    codes: NDArray[np.int32] | None

    def clipped(self, design: Design) -> NDArray[np.float64]:
        """Return the share of each channel's codes at the rails, or else the largest share of a band's tokens."""
        if self.codes is not None:
            low, high = code_limits(design.converter)
            share: NDArray[np.float64] = ((self.codes <= low + RAILS) | (self.codes >= high - RAILS)).mean(axis=0)
            return share
        rail = 2 ** (design.tokens.bits - 1) - 1
        of_bands: NDArray[np.float64] = (np.abs(self.tokens.astype(np.int32)) >= rail).mean(axis=(0, 3)).max(axis=1)
        return of_bands


def play_rate_hz(facts: GeneratorFacts, duration_s: float) -> float:
    """Return the highest of `PLAY_HZ` that fits a generator's memory; the lowest if none fits."""
    fits = [rate for rate in PLAY_HZ if rate <= facts.max_rate_hz and rate * duration_s <= facts.max_points]
    return fits[0] if fits else PLAY_HZ[-1]


def measure(
    earbud: Earbud,
    generator: Generator,
    attenuator: Attenuator,
    stimulus: AnalogStimulus,
    fixed: FixedDesign,
    advance: Advance = lambda samples: None,
) -> AnalogMeasurement:
    """Play a stimulus to an open earbud, and receive its samples and tokens.

    Parameters
    ----------
    advance : called with the number of samples taken

    Raises
    ------
    GeneratorError
        The generator cannot play the stimulus, or could overload the electrodes.
    LinkError
        The earbud has no converter, its converter fails, or rows were lost on the line.
    """
    design, link = fixed.design, earbud.link
    check_levels(generator.facts, attenuator, design)
    volts = 1e-6 * stimulus.uv * attenuator.ratio
    generator.load(volts, stimulus.rate_hz)
    hello = link.hello()
    taps = Tap.TOKENS | (Tap.CODES & Tap(hello.taps))
    hello = link.configure(design.design_hash, taps, converter_of(hello))
    lead = round(LEAD_S * design.converter.rate_hz)
    triggered = False

    def trigger_after_lead(samples: int) -> None:
        nonlocal triggered
        if samples >= lead and not triggered:
            triggered = True
            generator.trigger()
        advance(samples)

    acquired = link.acquire(samples_wanted(stimulus, design), advance=trigger_after_lead)
    generator.stop()
    if not acquired.complete:
        raise LinkError(f"the converter failed: {fault_in_words(acquired.status.fault)}; run it again")
    if len(acquired.segments) != 1:
        raise LinkError(f"the converter was restarted {acquired.status.restarts} times; run it again")
    (segment,) = acquired.segments
    for name, record in segment.taps.items():
        if not record.received.all():
            raise LinkError(f"{int((~record.received).sum())} of the {name} were lost on the line; run it again")
    codes = segment.taps.get("codes")
    return AnalogMeasurement(
        identity=earbud.identity,
        complaints=self_test_complaints(hello),
        generator=generator.facts,
        attenuator=attenuator,
        stimulus=stimulus,
        peak_v=float(np.abs(volts).max()),
        tokens=segment.taps["tokens"].values,
        codes=codes.values if codes is not None else None,
    )


def check_levels(facts: GeneratorFacts, attenuator: Attenuator, design: Design) -> None:
    """Refuse an attenuator with which the generator's largest amplitude could overload the converter.

    Raises
    ------
    GeneratorError
        The largest amplitude exceeds the converter's range; the message names a sufficient ratio.
    """
    range_v = design.converter.vref_v / design.converter.gain
    if facts.max_v / attenuator.ratio > range_v:
        raise GeneratorError(
            f"attenuation {attenuator.ratio:g}: {facts.name} gives up to {facts.max_v:g} V, and the electrodes may see "
            f"{1e3 * range_v:.0f} mV; put an attenuator of {np.ceil(facts.max_v / range_v):.0f} or more between them"
        )


def samples_wanted(stimulus: AnalogStimulus, design: Design) -> int:
    """Return the number of samples to take, with allowances for a late trigger and different clocks."""
    seconds = LEAD_S + LATE_S + stimulus.duration_s * (1 + CLOCK_SLACK)
    return round(seconds * design.converter.rate_hz)
