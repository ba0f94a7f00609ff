"""`earloop hil record`: record a live LSL stream."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from earloop.cli.ctrl_c import ended_by_ctrl_c
from earloop.cli.options.files import out_option, recording_options

EXIT_BROKEN_OFF, EXIT_INTERRUPTED = 2, 130


@click.command("record")
@click.option("--lsl", "name", required=True, help="Name, type or source id of the stream.")
@click.option("--seconds", type=float, default=10.0, show_default=True, help="Of signal.")
@click.option(
    "--markers",
    multiple=True,
    help="Name, type or source id of a stream of markers, which become annotations; may be repeated.",
)
@recording_options
@out_option("Session (*.zarr) to write.")
def command(
    name: str,
    seconds: float,
    markers: tuple[str, ...],
    rate_hz: float | None,
    channels: tuple[str, ...] | None,
    renames: tuple[tuple[str, str], ...] | None,
    out: Path,
) -> None:
    """Record a live LSL stream to a session, which can be replayed.

    If the recording ends early, the samples received up to then are kept. If the stream stops and continues, each part
    becomes a session of its own, and the session's `broken_off` says why.

    Exit status: 0 recorded completely, 2 ended early, or nothing was recorded, 130 ended by Ctrl-C.
    """
    from earloop.cli.options.each_part import numbered
    from earloop.cli.output.console import progress
    from earloop.hil.interop.lsl_source import record_lsl
    from earloop.recordings import check_session_path, write_session
    from earloop.recordings.reading.assemble import NOTES
    from earloop.recordings.reading.electrode_names import channels_in_words
    from earloop.system.text import visible

    check_session_path(out)
    with progress(f"LSL: {name}", 0, "samples") as advance, ended_by_ctrl_c() as interrupted:
        kept = record_lsl(
            name,
            seconds,
            rate_hz=rate_hz,
            channels=channels,
            renames=renames,
            markers=markers,
            advance=advance,
            enough=interrupted,
        )
    for note in kept.parts[0].meta.get(NOTES, ()):
        click.echo(f"note: {visible(note)}", err=True)
    if renames:
        click.echo(channels_in_words(kept.parts[0].channels, kept.parts[0].file_names), err=True)
    for number, recording in enumerate(kept.parts, start=1):
        path = out if number == 1 else numbered(out, number)
        check_session_path(path)
        write_session(recording, path)
        stream, events = visible(recording.meta["stream"]), len(recording.annotations)
        click.echo(
            f"{path}: {recording.duration_s:g} s of {stream}, {len(recording.channels)} channels at "
            f"{recording.sfreq:g} Hz" + (f", {events} markers" if markers else "")
        )
    if kept.broken_off:
        click.echo(f"error: LSL stream {visible(kept.parts[0].meta['stream'])}: {visible(kept.broken_off)}", err=True)
        sys.exit(EXIT_INTERRUPTED if interrupted() else EXIT_BROKEN_OFF)
