"""`earloop spec`: check and show a design, and generate files from it."""

from __future__ import annotations

import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earloop.cli.options.files import design_option, out_option, recording_argument
from earloop.cli.options.recording_file import RecordingFile
from earloop.system.project import IS_CHECKOUT, ROOT
from earloop.system.whole import check_writable

if TYPE_CHECKING:
    from earloop.recordings.own_design.mains import Mains
    from earloop.recordings.own_design.write import OwnDesign
    from earloop.spec.fixed import FixedDesign

_MAINS: dict[str, Mains] = {"50": 50, "60": 60, "0": 0}


@click.group("spec")
def command() -> None:
    """Check and show a design file; generate Verilog and C from it."""


@command.command()
@design_option
def check(design_path: Path) -> None:
    """Validate a design file; check that the generated files of the reference design are up to date.

    The command warns of each band for which the word lengths are too short: a standard stimulus, a tone in each band
    and noise, then has an SQNR below `min_sqnr_db`.
    """
    from earloop.spec.design import DEFAULT_DESIGN_PATH, load_design
    from earloop.spec.fixed import compile_design
    from earloop.spec.generate import COMMAND, stale_files

    fixed = compile_design(load_design(design_path))
    click.echo(f"{design_path.name}: valid, design {fixed.design.design_hash}")
    _warn_of_short_words(fixed)
    if IS_CHECKOUT and design_path == DEFAULT_DESIGN_PATH and (stale := stale_files(_files(fixed))):
        raise click.ClickException(f"{', '.join(map(str, stale))} differ from the design: run {COMMAND}")


def _warn_of_short_words(fixed: FixedDesign) -> None:
    from earloop.hil.judging.words_hold import words_hold

    for quality in words_hold(fixed):
        if quality.short_channels:
            click.echo(
                f"warning: {quality.band}: its words hold {quality.worst_db:.1f} dB of the standard stimulus, "
                f"{quality.wanted_db:g} are wanted: raise fixed_point.band_guard_bits or the band's low_hz",
                err=True,
            )


@command.command()
@design_option
@click.option("--toml", "as_file", is_flag=True, help="Print the design file itself, as a start for a design of yours.")
def show(design_path: Path, as_file: bool) -> None:
    """Show a design: its signal path, its bands, and the SQNR of the quantised coefficients."""
    if as_file:
        click.echo(design_path.read_text(encoding="utf-8"), nl=False)
    else:
        _show_signal_path(design_path)


def _show_signal_path(design_path: Path) -> None:
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


@command.command("list")
def list_designs() -> None:
    """List the shipped designs, which `--design NAME` chooses."""
    from earloop.spec.design import load_design
    from earloop.spec.shipped import shipped_designs

    for name, path in shipped_designs().items():
        design = load_design(path)
        reference = design.electrodes.reference
        against = reference if isinstance(reference, str) else ", ".join(reference)
        highest_hz = max(band.high_hz for band in design.bands)
        click.echo(
            f"{name}: {', '.join(design.channels)} against {against}; converter {design.converter.rate_hz} Hz, "
            f"tokens {design.token_rate_hz:g} Hz, {len(design.bands)} bands up to {highest_hz:g} Hz"
        )


@command.command("from-recording")
@recording_argument()
@click.option(
    "--reference",
    metavar="NAME,..",
    help="Electrodes that all channels are measured against, or cross-ear, or within-ear.  [default: as the file says]",
)
@click.option(
    "--mains",
    type=click.Choice(["50", "60", "0"]),
    help="Mains frequency in Hz, 0 for no notch.  [default: as the spectrum shows]",
)
@click.option("--overwrite", is_flag=True, help="Replace the file in --out.")
@out_option("Design file to write, *.toml.")
def from_recording(
    recording: RecordingFile, reference: str | None, mains: str | None, overwrite: bool, out: Path
) -> None:
    """Write a design for the electrodes, the rate and the mains of a recording; say what is chosen, and why.

    --channels chooses the electrodes, eight at most; --map names them. The command prints the next command, too.
    """
    from earloop.recordings.own_design.write import design_for, write_own_design
    from earloop.spec.errors import DesignError
    from earloop.spec.fixed import compile_design

    if out.suffix != ".toml":
        raise DesignError(f"{out}: a design is written as *.toml; try {out.with_suffix('.toml').name}")
    if out.exists() and not overwrite:
        raise DesignError(f"{out}: exists; choose another --out, or replace it with --overwrite")
    mains_hz: Mains | None = None if mains is None else _MAINS[mains]
    own = design_for(recording.path, recording.options, out.stem, reference=reference, mains_hz=mains_hz)
    fixed = compile_design(own.design)
    write_own_design(own, recording.path, out)
    for line in own.said:
        click.echo(line)
    _warn_of_short_words(fixed)
    click.echo(f"{out}: valid, design {own.design.design_hash}")
    click.echo(f"next: {_next_command(recording, own, out)}")


def _next_command(recording: RecordingFile, own: OwnDesign, out: Path) -> str:
    """Return the command that runs the recording through its design, in the words of a shell."""
    words = ["earloop", "hil", "run", "--device", "golden", "--design", str(out), "--recording", str(recording.path)]
    how = recording.options
    for option, value in (
        ("--rate", how.rate_hz),
        ("--stream", how.stream),
        ("--board", how.board),
        ("--part", how.part),
        ("--start", how.start_s),
        ("--seconds", how.seconds),
    ):
        if value is not None:
            words += [option, value if isinstance(value, str) else f"{value:g}"]
    if own.renames:
        words += ["--map", ",".join(f"{channel}={electrode}" for channel, electrode in own.renames)]
    return shlex.join([*words, "--out", "out/run"])


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
