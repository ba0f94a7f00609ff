"""`earloop firmware`: build the firmware, measure it against the design's budget, and fuzz it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from earloop.cli.options.files import design_option

EXIT_OVER_BUDGET = 1
EXIT_FOUND = 1
LARGEST = 8  # number of functions listed


@click.group("firmware")
def command() -> None:
    """Build, measure and fuzz the firmware of a design."""


@command.command()
@design_option
@click.option("--out", default="out/firmware", show_default=True, type=click.Path(path_type=Path), help="Folder.")
def build(design_path: Path, out: Path) -> None:
    """Write the firmware of an STM32F405 board: an ELF for a debugger, and an image of the flash."""
    from earloop.firmware.image import FLASH_ADDRESS, write_image
    from earloop.spec.compiled import compiled
    from earloop.spec.design import load_design

    elf, image = write_image(compiled(load_design(design_path)), out)
    click.echo(f"{elf}\n{image}, for the flash from {FLASH_ADDRESS:#x} on")
    click.echo(f"to flash over USB, BOOT0 high at reset: dfu-util -a 0 -s {FLASH_ADDRESS:#x}:leave -D {image}")


@command.command()
@design_option
def size(design_path: Path) -> None:
    """Show flash, RAM and stack of the STM32F405 image, and the functions with the largest stack frames.

    Exit status: 0 within the design's budget, 1 over it, 2 the firmware could not be built.
    """
    from earloop.firmware.build import build_elf
    from earloop.firmware.size import measure_size
    from earloop.firmware.stack import measure_stack
    from earloop.spec.compiled import compiled
    from earloop.spec.design import load_design

    design = load_design(design_path)
    elf = build_elf(compiled(design))
    found, stack = measure_size(elf), measure_stack(elf)
    over = False
    for name, used, budget in (
        ("flash", found.flash_bytes, design.budget.flash_bytes),
        ("RAM", found.ram_bytes, design.budget.ram_bytes),
    ):
        over |= used > budget
        click.echo(
            f"{name:<7}{used:>7,} of {budget:,} bytes, {'over by' if used > budget else 'left'} {abs(budget - used):,}"
        )
    click.echo(f"stack  {stack.size_bytes:>7,} bytes at most: {' > '.join(stack.chain)}, and every handler")
    click.echo("frame  bytes  function")
    for frame in found.stacks[:LARGEST]:
        click.echo(f"{frame.size_bytes:>12,}  {frame.name} ({frame.file}){'' if frame.bounded else ', unbounded'}")
    if over:
        sys.exit(EXIT_OVER_BUDGET)


@command.command()
@click.option("--runs", default=10_000_000, show_default=True, help="Number of inputs over all fuzzers.")
@click.option("--seed", default=1, show_default=True, help="The same seed tries the same inputs.")
def fuzz(runs: int, seed: int) -> None:
    """Send invalid and random input to the frame codec and to the whole link.

    Exit status: 0 nothing found, 1 an input breaks a guarantee, 2 the fuzzers could not be built.
    """
    from earloop.cli.output.console import progress
    from earloop.firmware.fuzz import FUZZERS, FuzzError, run_fuzzer

    share = runs // len(FUZZERS)
    for name in FUZZERS:
        with progress(name, share, "inputs") as advance:
            try:
                done = run_fuzzer(name, share, seed=seed, advance=advance)
            except FuzzError as error:
                click.echo(f"error: {error}", err=True)
                sys.exit(EXIT_FOUND)
        click.echo(f"{name:<6}{done.executions:>12,} inputs in {done.seconds:,} s, nothing found")
