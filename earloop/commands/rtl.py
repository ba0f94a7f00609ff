"""`earloop rtl`: what the tokenizer in Verilog takes of an FPGA beside what is wanted of it."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.table import Table

from earloop.console import stderr, stdout
from earloop.options import design_option
from earloop.synthesis_table import Line, lines
from hw.synthesis import TARGETS, synthesise
from spec.design import load_design
from spec.fixed import compile_design

EXIT_MISSED = 1


@click.group("rtl")
def command() -> None:
    """Look at the Verilog that a design makes."""


@command.command()
@design_option
@click.option("--target", default="up5k", show_default=True, help=f"The FPGA: {' or '.join(TARGETS)}.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder that keeps netlist, placed design and logs.")
def synth(design_path: Path, target: str, out: Path | None) -> None:
    """Synthesise, place and route the tokenizer, and show what it takes.

    Exit status: 0 every goal is met, 1 one is missed, 2 it could not be synthesised, or does not fit.
    """
    fixed = compile_design(load_design(design_path))
    with stderr.status("synthesis") as status:
        found = lines(
            synthesise(
                fixed,
                target,
                out=out,
                advance=lambda tool: status.update(f"{tool}; its first run on a machine takes half a minute more"),
            )
        )
    table = Table("tokenizer on " + target, "takes", "of", "goal", "")
    for line in found:
        table.add_row(
            line.what, _value(line, line.value), "" if line.there is None else f"{line.there:,}", *_goal(line)
        )
    stdout.print(table)
    if not all(line.met for line in found):
        sys.exit(EXIT_MISSED)


def _value(line: Line, value: float) -> str:
    return f"{value:.1f} {line.unit}" if line.unit else f"{value:,.0f}"


def _goal(line: Line) -> tuple[str, str]:
    verdict = "met" if line.met else "missed"
    if line.at_least is not None:
        return f"at least {_value(line, line.at_least)}", verdict
    return f"at most {_value(line, line.at_most or 0)}", verdict
