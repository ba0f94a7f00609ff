"""The commands of arbitrary waveform generators of several makers: variants of SCPI.

| maker    | models         | points        | source                                                         |
|----------|----------------|---------------|----------------------------------------------------------------|
| Keysight | 33500B, 33600A | 1,000,000     | Trueform Series Operating and Service Guide, SCPI programming  |
| Agilent  | 33521A, 33522A | the same      | the same: sold under the former name                           |
| Rigol    | DG1000Z        | 16,384 by DAC | DG1000Z Programming Guide, pages 2-173 to 2-176                |

Keysight's commands were written without the guide, and were not tried on an instrument: check them before use.
Siglent's SDG uses a different command (`WVDT`), and is not supported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from earloop.spec.errors import EarloopError


def _fractions(values: Sequence[float]) -> str:
    """Return values of -1 to 1 as text, as fractions of full scale."""
    return ",".join(f"{value:.5f}" for value in values)


def _dac_14(values: Sequence[float]) -> str:
    """Return values of -1 to 1 as text, as integers of 0 to 16383, centred between 8191 and 8192."""
    return ",".join(str(round((value + 1) / 2 * 16383)) for value in values)


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """The commands of one family of generators.

    pattern : regular expression for the beginning of its answer to *IDN?
    two_outputs : regular expression for the models with two outputs
    max_points, max_rate_hz, max_v, bits : as in `GeneratorFacts`; peak volts into an open circuit
    values : converts a waveform of -1 to 1 to text
    prepare : commands before the waveform, per output
    load : command with the waveform; `{n}` is the output, `{values}` the waveform
    arm : commands after the waveform; `{rate}` is in points per second, `{vpp}` in volts peak to peak
    play : commands to start all outputs
    stop : command that silences an output
    error : query of the oldest error
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
    """Return the dialect of an instrument by its answer to *IDN?.

    Raises
    ------
    EarloopError
        The instrument is not supported.
    """
    for dialect in DIALECTS:
        if re.match(dialect.pattern, identity):
            return dialect
    raise EarloopError(
        f"{identity.strip()}: not a supported arbitrary waveform generator; "
        f"supported: {', '.join(dialect.name for dialect in DIALECTS)}"
    )


def outputs_of(dialect: Dialect, identity: str) -> int:
    """Return the number of outputs of an instrument of a dialect."""
    return 2 if re.search(dialect.two_outputs, identity) else 1
