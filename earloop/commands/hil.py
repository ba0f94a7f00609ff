"""`earloop hil run`: a recording through a device, and a verdict. Exit 0 pass, 1 fail, 2 could not run."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from earloop.console import progress
from earloop.options import design_option, out_option, recording_options
from hil.open_device import DEVICE_KINDS, DeviceOptions, open_device
from hil.report import HTML_NAME, check_destination, write_report
from hil.rig import Verdict, judge
from recordings import read_recording
from spec.design import load_design
from spec.fixed import compile_design

EXIT_FAILED = 1


@click.group("hil")
def command() -> None:
    """Replay recordings through devices and judge them."""


@command.command()
@click.option("--device", "kind", type=click.Choice(DEVICE_KINDS), required=True, help="Device under test.")
@click.option(
    "--recording",
    "recording_path",
    type=click.Path(path_type=Path),
    required=True,
    help="A session (*.zarr), BDF, EDF, BrainVision or CSV file.",
)
@recording_options
@design_option
@click.option(
    "--image", type=click.Path(path_type=Path), help="Firmware ELF or RTL runner to test instead of the tree's."
)
@click.option("--serial-number", help="USB serial number of the earbud, where several are plugged in.")
@click.option("--port", help="Serial port, where an earbud cannot be searched for, such as an emulator's pty.")
@out_option("Folder for summary.json, junit.xml and report.html.")
def run(
    kind: str,
    recording_path: Path,
    rate_hz: float | None,
    channels: tuple[str, ...] | None,
    design_path: Path,
    image: Path | None,
    serial_number: str | None,
    port: str | None,
    out: Path,
) -> None:
    """Replay a recording through a device; compare it bit for bit with the golden model, and with the float path.

    Exit status: 0 it passes, 1 it fails, 2 it could not be run.
    """
    check_destination(out)
    fixed = compile_design(load_design(design_path))
    recording = read_recording(recording_path, rate_hz=rate_hz, channels=channels)
    total = round(recording.duration_s * fixed.design.converter.rate_hz)
    with (
        open_device(kind, fixed, DeviceOptions(image, serial_number, port)) as device,
        progress(f"{kind}: replay", total, "samples") as advance,
    ):
        verdict = judge(device, recording, fixed, advance)
    write_report(verdict, fixed.design, recording_path.name, out)
    _print(verdict, out)
    sys.exit(0 if verdict.passed else EXIT_FAILED)


def _print(verdict: Verdict, out: Path) -> None:
    """The verdict in a few lines."""
    worst = min(verdict.qualities, key=lambda quality: float(min(quality.sqnr_db)))
    click.echo(
        f"{'PASS' if verdict.passed else 'FAIL'}: {verdict.identity.kind}, {verdict.duration_s:.1f} s, "
        f"{verdict.mismatches} mismatches, worst SQNR {min(worst.sqnr_db):.1f} dB ({worst.band}), "
        f"{verdict.realtime_factor:.1f} x real time"
    )
    for reason in verdict.reasons[:5]:
        click.echo(f"  {reason}")
    if len(verdict.reasons) > 5:
        click.echo(f"  and {len(verdict.reasons) - 5} more")
    click.echo(f"  {out / HTML_NAME}")
