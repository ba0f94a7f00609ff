"""`earloop hil serve`: show a running device on a web page."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earloop.cli.options.device import device_options
from earloop.cli.options.recording_file import RecordingFile

if TYPE_CHECKING:
    from earloop.hil.devices.open_device import DeviceOptions


@click.command("serve")
@device_options(required=True)
@click.option(
    "--speed",
    type=click.FloatRange(0.1, 10),
    default=1.0,
    show_default=True,
    help="Speed relative to the recording's own time.",
)
@click.option("--loop", is_flag=True, help="Start again at the end of the recording.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; every address but loopback requires the token that is printed.",
)
@click.option(
    "--http-port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="TCP port; 0 chooses a free one.",
)
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
def command(
    kind: str,
    recording: RecordingFile,
    design_path: Path,
    options: DeviceOptions,
    speed: float,
    loop: bool,
    host: str,
    http_port: int,
    no_browser: bool,
) -> None:
    """Show a device on a web page while it processes a recording in real time; Ctrl-C ends it.

    The page shows traces, losses, latency and SQNR, and has buttons that inject faults.
    """
    from earloop.hil.live.bench import LiveBench
    from earloop.hil.live.impedance import impedance_track
    from earloop.hil.live.open_live import open_live
    from earloop.hil.live.serve import serve
    from earloop.sim.front_end.stimulus import to_stimulus
    from earloop.spec.compiled import compiled
    from earloop.spec.design import load_design

    fixed = compiled(load_design(design_path))
    signal = recording.read_for(fixed.design)
    bench = LiveBench(
        fixed,
        open_live(kind, fixed, options),
        to_stimulus(signal, fixed.design).codes,
        speed=speed,
        loop=loop,
        impedance=impedance_track(recording.path),
    )

    def announce(address: str) -> None:
        click.echo(f"live bench on {address}  (Ctrl-C ends it)")
        bench.start()
        if not no_browser:
            webbrowser.open(address)

    serve(bench, recording.name, host=host, port=http_port, announce=announce)
