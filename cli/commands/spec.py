"""`earloop spec`: check and show a design, and generate files from it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earloop.cli.options.files import design_option, out_option
from earloop.system.project import IS_CHECKOUT, ROOT
from earloop.system.whole import check_writable

if TYPE_CHECKING:
    from earloop.spec.fixed import FixedDesign


@click.group("spec")
def command() -> None:
    """Check and show a design file; generate Verilog and C from it."""


@command.command()
@design_option
def check(design_path: Path) -> None:
    """Validate a design file; check that the generated files of the reference design are up to date.

    The command warns of each band for which the word lengths are too short: a standard stimulus, a tone in each band
    and noise, then has an SQNR below min_sqnr_db.
    """
    from earloop.hil.judging.words_hold import words_hold
    from earloop.spec.design import DEFAULT_DESIGN_PATH, load_design
    from earloop.spec.fixed import compile_design
    from earloop.spec.generate import COMMAND, stale_files

    fixed = compile_design(load_design(design_path))
    click.echo(f"{design_path.name}: valid, design {fixed.design.design_hash}")
    for quality in words_hold(fixed):
        if quality.short_channels:
            click.echo(
                f"warning: {quality.band}: its words hold {quality.worst_db:.1f} dB of the standard stimulus, "
                f"{quality.wanted_db:g} are wanted: raise fixed_point.band_guard_bits or the band's low_hz",
                err=True,
            )
    if IS_CHECKOUT and design_path == DEFAULT_DESIGN_PATH and (stale := stale_files(_files(fixed))):
        raise click.ClickException(f"{', '.join(map(str, stale))} differ from the design: run {COMMAND}")


@command.command()
@design_option
def show(design_path: Path) -> None:
    """Show a design: its signal path, its bands, and the SQNR of the quantised coefficients."""
    from rich.table import Table

    from earloop.cli.output.console import stdout
    from earloop.spec.design import load_design
    from earloop.spec.fixed import coefficient_sqnr_db, compile_design

    design = load_design(design_path)
    fixed = compile_design(design)
    dec = design.decimator
    click.echo(f"{design.name}  {design.design_hash}")
    click.echo(
        f"{len(design.channels)} electrodes ({', '.join(design.channels)})  ->  {design.converter.rate_hz} SPS, "
        f"{design.converter.bits} bits, gain {design.converter.gain}, {design.converter.lsb_uv * 1e3:.1f} nV a code\n"
        f"decimate {dec.factor}:1, {dec.taps} taps  ->  {design.token_rate_hz:g} Hz  ->  "
        f"{_notch(fixed)}  ->  {len(design.bands)} bands  ->  "
        f"patches of {design.tokens.patch} int16"
    )
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name, justify in (("band", "left"), ("Hz", "right"), ("token step, uV", "right"), ("range, uV", "right")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    table.add_column("coefficients, dB", justify="right")
    for band, lsb_uv in zip(design.bands, fixed.token_lsb_uv, strict=True):
        table.add_row(
            band.name,
            f"{band.low_hz:g} - {band.high_hz:g}",
            f"{lsb_uv:.4f}",
            f"{lsb_uv * 2 ** (design.tokens.bits - 1):.0f}",
            f"{coefficient_sqnr_db(design, band, design.fixed_point.coefficient_bits):.1f}",
        )
    stdout.print(table)


def _notch(fixed: FixedDesign) -> str:
    """Describe the notch, with the quality factor of the quantised coefficients next to the one asked for."""
    notch = fixed.design.notch
    if fixed.notch_q is None:
        return "no notch"
    off_ppm = 1e6 * abs(fixed.notch_q / notch.q - 1)
    return f"notch {notch.mains_hz} Hz, q {notch.q:g}, held as {fixed.notch_q:.7g} ({off_ppm:.1f} ppm off)"


@command.command()
@design_option
@click.option(
    "--root",
    type=click.Path(path_type=Path),
    default=ROOT,
    show_default="the project",
    help="Root of the tree to write to.",
)
def generate(design_path: Path, root: Path) -> None:
    """Write the Verilog and C constants, and the files of the register map."""
    if not IS_CHECKOUT and root == ROOT:
        raise click.UsageError("this earloop is installed without its sources: say with --root where to write")
    from earloop.spec.design import load_design
    from earloop.spec.fixed import compile_design
    from earloop.spec.generate import write_generated

    fixed = compile_design(load_design(design_path))
    changed = write_generated(_files(fixed), root)
    for path in changed:
        click.echo(f"wrote {path}")
    if not changed:
        click.echo("all up to date")


@command.command("of-task")
@click.argument("task")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    envvar="EARLOOP_REAL_DATA",
    help="Folder of the task's recordings.  [default: EARLOOP_REAL_DATA]",
)
@out_option("Design file to write, *.toml.")
def of_task(task: str, data: Path | None, out: Path) -> None:
    """Write the design of a TASK of `earloop finetune`, to make a corpus and a checkpoint for that task."""
    from earloop.model.config import ModelError
    from earloop.model.tasks.named import task_epochs
    from earloop.spec.design_file import write_design

    check_writable(out.parent, ModelError)
    epochs = task_epochs(task, data)
    if epochs.design is None:
        raise ModelError(f"task {task}: its tokens have no design")
    out.parent.mkdir(parents=True, exist_ok=True)
    write_design(epochs.design, out)
    click.echo(f"{out}: {', '.join(epochs.format.channels)}, {len(epochs.format.bands)} bands")


def _files(fixed: FixedDesign) -> dict[Path, str]:
    """Return all generated files; those of the register map only if its compiler is installed."""
    from earloop.spec.generate import generated_files

    files = generated_files(fixed)
    if find_spec("systemrdl"):
        from earloop.spec.register_map import register_files  # packages of the `dev` extra

        files |= register_files()
    return files
