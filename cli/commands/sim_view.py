"""`earloop sim view`: draw a session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from earloop.cli.options.files import design_option, recording_argument
from earloop.cli.options.recording_file import RecordingFile
from earloop.system.whole import whole_file, writing

if TYPE_CHECKING:
    from earloop.recordings import Track

FORMATS = (".png", ".svg", ".pdf")
DPI = 160


@click.command("view")
@recording_argument(window=False)
@design_option
@click.option("--start", "start_s", type=float, default=0.0, show_default=True, help="First second to draw.")
@click.option("--seconds", type=float, default=30.0, show_default=True, help="Duration to draw.")
@click.option("--band", "band_hz", help="Display filter in Hz: low,high.  [default: a high-pass of 0.5]")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("out/view.png"),
    show_default=True,
    help="Picture to write: *.png, *.svg or *.pdf.",
)
def command(
    recording: RecordingFile,
    design_path: Path,
    start_s: float,
    seconds: float,
    band_hz: str | None,
    out: Path,
) -> None:
    """Draw traces, events, spectra and contacts of a session (*.zarr), or a BDF, EDF, BrainVision, XDF or text file."""
    from earloop.recordings import open_session
    from earloop.sim.view import DISPLAY_BAND_HZ, ViewError, part_of, view
    from earloop.spec.design import load_design

    if out.suffix.lower() not in FORMATS:
        raise ViewError(f"{out}: no picture of kind '{out.suffix}'; valid: {', '.join(FORMATS)}")
    band = _band(band_hz) if band_hz else DISPLAY_BAND_HZ
    design = load_design(design_path)
    signal, path = recording.read(), recording.path
    tracks: dict[str, Track] = open_session(path).read_tracks() if path.suffix.lower() == ".zarr" else {}
    part = part_of(signal, start_s, seconds)
    figure = view(signal, design, part, title=recording.name, tracks=tracks, band_hz=band)
    with writing(out, ViewError), whole_file(out) as scratch:
        figure.savefig(scratch, dpi=DPI, format=out.suffix[1:].lower())
    click.echo(f"{out}: {part.start_s:g} to {part.end_s:g} s of {recording.name}")


def _band(text: str) -> tuple[float, float]:
    from earloop.sim.view import ViewError

    try:
        low_hz, high_hz = (float(part) for part in text.split(","))
    except ValueError:
        raise ViewError(f"--band {text}; wanted two numbers in Hz: low,high") from None
    return low_hz, high_hz
