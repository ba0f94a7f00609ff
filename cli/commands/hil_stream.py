"""`earloop hil stream`: stream a device's output."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from earloop.cli.options.device import device_options
from earloop.cli.options.recording_file import RecordingFile

if TYPE_CHECKING:
    from earloop.hil.devices.open_device import DeviceOptions


@click.command("stream")
@device_options(required=True)
@click.option(
    "--lsl", "target", flag_value="lsl", required=True, expose_value=False, help="Stream on the Lab Streaming Layer."
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="Seconds of signal per second.",
)
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(min=0),
    default=10.0,
    show_default=True,
    help="Seconds to wait for a listener.",
)
def command(
    kind: str,
    recording: RecordingFile,
    design_path: Path,
    options: DeviceOptions,
    speed: float,
    wait_s: float,
) -> None:
    """Replay a recording through a device, then stream codes, bands, tokens and uV as a live earbud would.

    Time stamps count the device's clock, at any speed.
    """
    from earloop.cli.output.console import progress
    from earloop.hil.devices.open_device import open_device
    from earloop.hil.devices.replayed import replay
    from earloop.hil.interop.lsl_library import LslClock
    from earloop.hil.interop.lsl_outlet import LslOutlets
    from earloop.hil.interop.tap_streams import tap_streams
    from earloop.spec.compiled import compiled
    from earloop.spec.design import load_design

    clock = LslClock()
    fixed = compiled(load_design(design_path))
    signal = recording.read_for(fixed.design)
    total = round(signal.duration_s * fixed.design.converter.rate_hz)
    with (
        open_device(kind, fixed, options) as device,
        progress(f"{kind}: replay", total, "samples") as advance,
    ):
        replayed = replay(device, signal, fixed, advance)
    with LslOutlets(tap_streams(replayed, fixed), replayed.identity, fixed.design) as outlets:
        click.echo(f"LSL: {', '.join(outlets.names)}")
        if not outlets.wait_for_listener(clock, wait_s):
            click.echo(f"  no listener within {wait_s:g} s; streaming anyway")
        with progress("LSL", total, "samples") as advance:
            outlets.play(clock, speed=speed, advance=advance)
