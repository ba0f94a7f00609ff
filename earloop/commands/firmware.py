"""`earloop firmware size`: what the firmware takes of the controller, beside what the design allows."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from earloop.options import design_option
from firmware.build import build_elf
from firmware.size import measure_size
from spec.design import load_design
from spec.fixed import compile_design

EXIT_OVER_BUDGET = 1
LARGEST = 8  # functions that are listed


@click.group("firmware")
def command() -> None:
    """Look at the firmware that a design makes."""


@command.command()
@design_option
def size(design_path: Path) -> None:
    """Flash, RAM and the largest stack frames of the STM32F405 image.

    Exit status: 0 within the design's budget, 1 beyond it, 2 could not be built.
    """
    design = load_design(design_path)
    found = measure_size(build_elf(compile_design(design)))
    over = False
    for name, used, budget in (
        ("flash", found.flash_bytes, design.budget.flash_bytes),
        ("RAM", found.ram_bytes, design.budget.ram_bytes),
    ):
        over |= used > budget
        click.echo(
            f"{name:<7}{used:>7,} of {budget:,} bytes, {'over by' if used > budget else 'left'} {abs(budget - used):,}"
        )
    click.echo("stack  bytes  function")
    for frame in found.stacks[:LARGEST]:
        click.echo(f"{frame.size_bytes:>12,}  {frame.name} ({frame.file}){'' if frame.bounded else ', unbounded'}")
    if over:
        sys.exit(EXIT_OVER_BUDGET)
