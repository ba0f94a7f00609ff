"""`earloop hil cyton`: serve a recording as an OpenBCI Cyton on a serial port."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

import click

from earloop.cli.options.device import replayed_options
from earloop.cli.options.files import design_option
from earloop.cli.options.recording_file import RecordingFile


@click.command("cyton")
@replayed_options()
@design_option
def command(
    recording: RecordingFile,
    design_path: Path,
) -> None:
    """Serve a recording as an OpenBCI Cyton on a serial port, for BrainFlow and the OpenBCI GUI; Ctrl-C ends it.

    The earbud's codes are resampled to the Cyton's 250 samples per second. Each start of the stream begins with the
    first sample, and the last sample is followed by the first. Commands are obeyed and answered as firmware v3.1.2
    does, including those for test signals, markers, lead-off and registers. There is no Daisy, SD card or
    accelerometer.
    """
    from earloop.hil.interop.cyton_port import CytonPort, cyton_signal
    from earloop.spec.design import load_design

    design = load_design(design_path)
    signal = cyton_signal(recording.read_for(design), design)
    with CytonPort(signal) as board:
        click.echo(f"Cyton on {board.name}: {', '.join(design.channels)} as channels 1 to {len(design.channels)}")
        if signal.clipped:
            click.echo(f"  {signal.clipped:,} samples clip: a Cyton's range is 187.5 mV at its gain of 24")
        with suppress(KeyboardInterrupt):
            board.serve(threading.Event())
        if board.lost:
            click.echo(f"  {board.lost:,} packets were not read by any program")
