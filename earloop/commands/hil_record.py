"""`earloop hil record`: a live stream as a recording."""

from __future__ import annotations

from pathlib import Path

import click

from earloop.options import out_option, recording_options


@click.command("record")
@click.option("--lsl", "name", required=True, help="Name, type or source id of the stream.")
@click.option("--seconds", type=float, default=10.0, show_default=True, help="Of signal.")
@recording_options
@out_option("Session (*.zarr) to write.")
def command(name: str, seconds: float, rate_hz: float | None, channels: tuple[str, ...] | None, out: Path) -> None:
    """Record a live LSL stream, as a recording to be replayed."""
    from earloop.console import progress
    from hil.ecosystem.lsl_source import record_lsl
    from recordings import check_session_path, write_session

    check_session_path(out)
    with progress(f"LSL: {name}", 0, "samples") as advance:
        recording = record_lsl(name, seconds, rate_hz=rate_hz, channels=channels, advance=advance)
    write_session(recording, out)
    click.echo(
        f"{out}: {recording.duration_s:g} s of {recording.meta['stream']}, {len(recording.channels)} channels at "
        f"{recording.sfreq:g} Hz"
    )
