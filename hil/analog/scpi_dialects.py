"""How arbitrary waveform generators of several makers are told the same: SCPI, as far as they share it.

| maker    | models         | points        | source                                                         |
|----------|----------------|---------------|----------------------------------------------------------------|
| Keysight | 33500B, 33600A | 1,000,000     | Trueform Series Operating and Service Guide, SCPI programming  |
| Agilent  | 33521A, 33522A | the same      | the same: sold under the former name                           |
| Rigol    | DG1000Z        | 16,384 by DAC | DG1000Z Programming Guide, pages 2-173 to 2-176                |

Keysight's rows were written without the guide at hand, and no instrument has answered yet: check them before you rely
on them.
Siglent's SDG takes waveforms by a command of its own (`WVDT`) that shares nothing with these; it is not here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from earloop.spec.errors import EarloopError


def _fractions(values: Sequence[float]) -> str:
    """Of full scale, -1 to 1."""
    return ",".join(f"{value:.5f}" for value in values)


def _dac_14(values: Sequence[float]) -> str:
    """0 to 16383, the middle between 8191 and 8192."""
    return ",".join(str(round((value + 1) / 2 * 16383)) for value in values)


@dataclass(frozen=True)
class Dialect:
    """One family.

    pattern : that the beginning of its answer to *IDN? matches
    models : two outputs or one, by what the model's name ends with: a pattern for those with two
    max_points, max_rate_hz, max_v, bits : as in `GeneratorFacts`; volts into an open circuit, peak
    values : a waveform of -1 to 1 as text
    prepare : sent first, once an output
    load : sent with the waveform; `{n}` is the output, `{values}` the waveform
    arm : sent then; `{rate}` points a second, `{vpp}` peak to peak
    play : sent to begin, once for all outputs
    stop : silences an output
    error : asks for the oldest error
    """

    name: str
    pattern: str
    two_outputs: str
    max_points: int
    max_rate_hz: float
    max_v: float
    bits: int
    values: Callable[[Sequence[float]], str]
    prepare: tuple[str, ...]
    load: str
    arm: tuple[str, ...]
    play: tuple[str, ...]
    stop: str = "OUTPut{n} OFF"
    error: str = "SYSTem:ERRor?"


_BURST = (
    "SOURce{n}:VOLTage {vpp:.6f}",
    "SOURce{n}:VOLTage:OFFSet 0",
    "SOURce{n}:BURSt:MODE TRIGgered",
    "SOURce{n}:BURSt:NCYCles 1",
)
DIALECTS = (
    Dialect(
        name="Keysight 33500",
        pattern=r"(?i)(agilent|keysight)[^,]*,\s*33[56]\d\d",
        two_outputs=r"33[56]\d2",
        max_points=1_000_000,
        max_rate_hz=250e6,
        max_v=10.0,
        bits=16,
        values=_fractions,
        prepare=("OUTPut{n} OFF", "OUTPut{n}:LOAD INFinity", "SOURce{n}:DATA:VOLatile:CLEar"),
        load="SOURce{n}:DATA:ARBitrary EARLOOP,{values}",
        arm=(
            "SOURce{n}:FUNCtion:ARBitrary EARLOOP",
            "SOURce{n}:FUNCtion ARB",
            "SOURce{n}:FUNCtion:ARBitrary:SRATe {rate:.3f}",
            *_BURST,
            "TRIGger{n}:SOURce BUS",
            "SOURce{n}:BURSt:STATe ON",
            "OUTPut{n} ON",
        ),
        play=("*TRG",),
    ),
    Dialect(
        name="Rigol DG1000Z",
        pattern=r"(?i)rigol[^,]*,\s*DG10\d\dZ",
        two_outputs=r"DG10\d\dZ",
        max_points=16_384,
        max_rate_hz=60e6,
        max_v=10.0,
        bits=14,
        values=_dac_14,
        prepare=("OUTPut{n} OFF", "OUTPut{n}:LOAD INFinity"),
        load="SOURce{n}:TRACe:DATA:DAC VOLATILE,{values}",
        arm=(
            "SOURce{n}:FUNCtion:ARB:MODE SRATe",
            "SOURce{n}:FUNCtion:ARB:SRATe {rate:.3f}",
            *_BURST,
            "SOURce{n}:BURSt:TRIGger:SOURce MANual",
            "SOURce{n}:BURSt:STATe ON",
            "OUTPut{n} ON",
        ),
        play=("SOURce1:BURSt:TRIGger:IMMediate", "SOURce2:BURSt:TRIGger:IMMediate"),
    ),
)


def dialect_of(identity: str) -> Dialect:
    """The dialect of an instrument by its answer to *IDN?.

    Raises
    ------
    EarloopError
        It is none that is known.
    """
    for dialect in DIALECTS:
        if re.match(dialect.pattern, identity):
            return dialect
    raise EarloopError(
        f"{identity.strip()}: no arbitrary waveform generator that is known here; "
        f"wanted: {', '.join(dialect.name for dialect in DIALECTS)}"
    )


def outputs_of(dialect: Dialect, identity: str) -> int:
    """How many outputs an instrument of a dialect has."""
    return 2 if re.search(dialect.two_outputs, identity) else 1
