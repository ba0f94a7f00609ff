"""One measurement: the earbud acquires from its own converter while the generator plays once."""

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

PLAY_HZ = (4000.0, 2000.0, 1000.0)  # points a second, the first for which a generator has room
LEAD_S = 0.5  # of silence before the trigger: the decimator's history is then the generator's
LATE_S = 2.0  # that a trigger may take
CLOCK_SLACK = 0.01  # relative, by which either clock may be fast
RAILS = 2  # codes beside a rail that count as clipped: what the sinc filter leaves of a clipped input


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was played, and what the earbud gave.

    identity : of the earbud
    complaints : what it says is wrong with itself
    generator : that played
    peak_v : of what it was asked to play
    tokens : int16 [patches, channels, bands, patch]
    codes : int32 [samples, channels]; None from an earbud that does not give them
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
        """Share of each channel's samples at the rails, of the codes or else of any band's tokens."""
        if self.codes is not None:
            low, high = code_limits(design.converter)
            share: NDArray[np.float64] = ((self.codes <= low + RAILS) | (self.codes >= high - RAILS)).mean(axis=0)
            return share
        rail = 2 ** (design.tokens.bits - 1) - 1
        of_bands: NDArray[np.float64] = (np.abs(self.tokens.astype(np.int32)) >= rail).mean(axis=(0, 3)).max(axis=1)
        return of_bands


def play_rate_hz(facts: GeneratorFacts, duration_s: float) -> float:
    """The highest of `PLAY_HZ` for which a generator has room; the lowest where it has none."""
    fits = [rate for rate in PLAY_HZ if rate <= facts.max_rate_hz and rate * duration_s <= facts.max_points]
    return fits[0] if fits else PLAY_HZ[-1]


def measure(
    earbud: Earbud,
    generator: Generator,
    attenuator: Attenuator,
    stimulus: AnalogStimulus,
    fixed: FixedDesign,
    advance: Advance = lambda samples: None,
) -> Measured:
    """Play a stimulus into an open earbud.

    Parameters
    ----------
    advance : told of the samples that came

    Raises
    ------
    GeneratorError
        The generator cannot play it, or could overload the electrodes.
    LinkError
        The earbud has no converter, its converter fails, or something was lost on the line.
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

    def came(samples: int) -> None:
        nonlocal triggered
        if samples >= lead and not triggered:
            triggered = True
            generator.trigger()
        advance(samples)

    acquired = link.acquire(samples_wanted(stimulus, design), advance=came)
    generator.stop()
    if not acquired.complete:
        raise LinkError(f"the converter failed: {fault_in_words(acquired.status.fault)}; run it again")
    if len(acquired.segments) != 1:
        raise LinkError(f"the converter was started anew {acquired.status.restarts} times; run it again")
    (segment,) = acquired.segments
    for name, record in segment.taps.items():
        if not record.received.all():
            raise LinkError(f"{int((~record.received).sum())} of the {name} were lost on the line; run it again")
    codes = segment.taps.get("codes")
    return Measured(
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
    """Refuse an attenuator behind which a generator, whatever it does, could overload the converter.

    Raises
    ------
    GeneratorError
        Its largest amplitude is beyond the converter's range; says which ratio would do.
    """
    range_v = design.converter.vref_v / design.converter.gain
    if facts.max_v / attenuator.ratio > range_v:
        raise GeneratorError(
            f"attenuation {attenuator.ratio:g}: {facts.name} gives up to {facts.max_v:g} V, and the electrodes may see "
            f"{1e3 * range_v:.0f} mV; put an attenuator of {np.ceil(facts.max_v / range_v):.0f} or more between them"
        )


def samples_wanted(stimulus: AnalogStimulus, design: Design) -> int:
    """Enough for a late trigger and for clocks that are apart."""
    seconds = LEAD_S + LATE_S + stimulus.duration_s * (1 + CLOCK_SLACK)
    return round(seconds * design.converter.rate_hz)
