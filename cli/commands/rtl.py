"""`earloop rtl`: area, clock rate and power of the Verilog tokenizer, next to its goals."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earloop.cli.options.files import design_option
from earloop.hw.synthesise.synthesis import TARGETS

if TYPE_CHECKING:
    from earloop.hw.synthesise.area_goals import AreaGoal

EXIT_MISSED = 1
POWER_CLOCKS_HZ = (1e6, 12e6)  # three times the clock that real time needs; the crystal of the boards


@click.group("rtl")
def command() -> None:
    """Synthesise the Verilog of a design, and estimate its power."""


@command.command()
@design_option
@click.option("--target", default="up5k", show_default=True, help=f"FPGA: {' or '.join(TARGETS)}.")
@click.option(
    "--spi", is_flag=True, help="Include the SPI device and registers, instead of a shell of shift registers."
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder for netlist, placed design and logs.")
def synth(design_path: Path, target: str, spi: bool, out: Path | None) -> None:
    """Synthesise, place and route the tokenizer, and show its area and clock rate.

    Exit status: 0 every goal is met, 1 a goal is missed, 2 it could not be synthesised or does not fit.
    """
    from rich.table import Table

    from earloop.cli.output.console import stderr, stdout
    from earloop.hw.synthesise.area_goals import lines
    from earloop.hw.synthesise.synthesis import synthesise
    from earloop.spec.compiled import compiled
    from earloop.spec.design import load_design

    fixed = compiled(load_design(design_path))
    with stderr.status("synthesis") as status:
        found = lines(
            synthesise(
                fixed,
                target,
                spi=spi,
                out=out,
                advance=lambda tool: status.update(f"{tool}; its first run on a machine takes half a minute more"),
            )
        )
    table = Table(f"tokenizer{' behind SPI' if spi else ''} on {target}", "takes", "of", "goal", "")
    for line in found:
        table.add_row(
            line.what, _value(line, line.value), "" if line.available is None else f"{line.available:,}", *_goal(line)
        )
    stdout.print(table)
    if not all(line.met for line in found):
        sys.exit(EXIT_MISSED)


@command.command()
@design_option
@click.option(
    "--samples",
    type=click.IntRange(min=100),
    default=1000,
    show_default=True,
    help="Number of samples of a synthetic session to stream.",
)
def power(design_path: Path, samples: int) -> None:
    """Estimate the power of the tokenizer on a UP5K's core supply, from the toggles of its netlist.

    This is an estimate, not a measurement; the docstring of hw/synthesise/power.py describes the method.
    """
    import numpy as np
    from rich.table import Table

    from earloop.cli.output.console import stderr, stdout
    from earloop.hw.synthesise.netlist import run_netlist
    from earloop.hw.synthesise.power import estimate_power
    from earloop.sim import convert
    from earloop.spec.compiled import compiled
    from earloop.spec.design import load_design
    from earloop.synth_data import synthesise as synthesise_body

    fixed = compiled(load_design(design_path))
    rate_hz = fixed.design.converter.rate_hz
    codes = np.asarray(
        convert(synthesise_body(fixed.design, duration_s=max(10.0, samples / rate_hz)), fixed.design).data
    )
    with stderr.status("netlist: to make and to compile it takes a minute, the first time"):
        run = run_netlist(fixed, codes[:samples])
    table = Table("estimate, uW", *(f"at {hz / 1e6:g} MHz" for hz in POWER_CLOCKS_HZ))
    found = [estimate_power(fixed, run, hz) for hz in POWER_CLOCKS_HZ]
    for name in ("static", "clock", "toggles", "multipliers", "total"):
        table.add_row(name, *(f"{1e6 * getattr(one, name + '_w'):,.0f}" for one in found))
    stdout.print(table)
    stdout.print(
        f"{run.toggles_per_clock:,.0f} toggles a clock in {run.nets:,} nets; the RAM arrays' own energy is not in it"
    )


def _value(line: AreaGoal, value: float) -> str:
    return f"{value:.1f} {line.unit}" if line.unit else f"{value:,.0f}"


def _goal(line: AreaGoal) -> tuple[str, str]:
    verdict = "met" if line.met else "missed"
    if line.at_least is not None:
        return f"at least {_value(line, line.at_least)}", verdict
    return f"at most {_value(line, line.at_most or 0)}", verdict
