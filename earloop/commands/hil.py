"""`earloop hil`: a recording through a device, to a verdict or to the tools of others.

`run` exits with 0 pass, 1 fail, 2 could not run.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import click

from earloop.commands.hil_devices import devices
from earloop.commands.hil_faults import fault_option, faults
from earloop.commands.hil_plan import EXIT_FAILED, needed_without_a_plan, refuse_options_beside_a_plan, run_plan_file
from earloop.commands.hil_serve import serve_command
from earloop.console import progress
from earloop.options import design_option, out_option, recording_options
from earloop.verdict_lines import print_verdict
from hil.ecosystem.lsl_library import LslClock
from hil.ecosystem.lsl_outlet import LslOutlets
from hil.ecosystem.lsl_source import record_lsl
from hil.ecosystem.tap_streams import tap_streams
from hil.faults.fault import Fault
from hil.faults.open_faulty import open_faulty
from hil.open_device import DEVICE_KINDS, DeviceOptions, open_device
from hil.report import check_destination, keeping_what_came, write_report
from hil.rig import judge, replay
from hil.transcript.destination import check_transcript_path
from hil.transcript.device import TranscriptDevice
from hil.transcript.format import RecordingRead
from hil.transcript.reader import read_transcript
from hil.transcript.recorder import Recorder
from recordings import check_session_path, read_recording, write_session
from spec.design import load_design
from spec.fixed import compile_design


@click.group("hil")
def command() -> None:
    """Replay recordings through devices and judge them."""


command.add_command(devices)
command.add_command(serve_command)

_Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _device_options(*, required: bool) -> _Decorator:
    """What is replayed, and through which device."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in (
            click.option(
                "--port", help="Serial port, where an earbud cannot be searched for, such as an emulator's pty."
            ),
            click.option("--address", help="Bluetooth address of the earbud, a UUID on macOS."),
            click.option("--build", help="Firmware build of the earbud, where several are plugged in."),
            click.option("--serial-number", help="Of one of several earbuds: USB's, the chip's; its BLE name."),
            click.option(
                "--image",
                type=click.Path(path_type=Path),
                help="Firmware ELF or RTL runner to test instead of the tree's.",
            ),
            design_option,
            _recording_options(required=required),
            click.option(
                "--device",
                "kind",
                type=click.Choice(DEVICE_KINDS),
                required=required,
                callback=None if required else needed_without_a_plan,
                help="Device under test.",
            ),
        ):
            function = option(function)
        return function

    return add


def _recording_options(*, required: bool = True) -> _Decorator:
    """Which recording, and how it is read."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        function = click.option("--stream", help="Stream of an XDF file, by name, type or number.")(function)
        function = recording_options(function)
        return click.option(
            "--recording",
            "recording_path",
            type=click.Path(path_type=Path),
            required=required,
            callback=None if required else needed_without_a_plan,
            help="A session (*.zarr), BDF, EDF, BrainVision, CSV or XDF file.",
        )(function)

    return add


@command.command()
@click.argument("plan_path", metavar="[PLAN.toml]", required=False, type=click.Path(path_type=Path))
@_device_options(required=False)
@click.option(
    "--transcript",
    "transcript_path",
    type=click.Path(path_type=Path),
    help="File for every exchange with an earbud, to be replayed without it.",
)
@fault_option
@out_option("Folder for summary.json, junit.xml and report.html.")
@click.pass_context
def run(
    context: click.Context,
    plan_path: Path | None,
    kind: str | None,
    recording_path: Path | None,
    rate_hz: float | None,
    channels: tuple[str, ...] | None,
    stream: str | None,
    design_path: Path,
    image: Path | None,
    serial_number: str | None,
    build: str | None,
    address: str | None,
    port: str | None,
    transcript_path: Path | None,
    fault: Fault | None,
    out: Path,
) -> None:
    """Replay a recording through a device; compare it bit for bit with the golden model, and with the float path.

    With PLAN.toml instead of a recording and a device: every case of the plan; a case that has a verdict, and whose
    inputs have not changed, is not run again. With --fault the verdict is on whether the fault was noticed. Exit
    status: 0 it passes, 1 it fails, 2 it could not be run.
    """
    if plan_path is not None:
        refuse_options_beside_a_plan(context)
        sys.exit(run_plan_file(plan_path, out))
    assert kind is not None
    assert recording_path is not None
    check_destination(out)
    if transcript_path is not None:
        check_transcript_path(transcript_path)
    fixed = compile_design(load_design(design_path))
    recording = read_recording(recording_path, rate_hz=rate_hz, channels=channels, stream=stream)
    total = round(recording.duration_s * fixed.design.converter.rate_hz)
    read = RecordingRead(recording_path.name, rate_hz, channels, stream)
    recorder = Recorder(transcript_path, read, fixed.design.design_hash) if transcript_path is not None else None
    with (
        recorder or nullcontext(),
        open_faulty(kind, fixed, DeviceOptions(image, serial_number, port, recorder, address, build), fault) as device,
        progress(f"{kind}: replay", total, "samples") as advance,
        keeping_what_came(fixed.design, recording_path.name, out),
    ):
        verdict = judge(device, recording, fixed, advance, fault=fault)
    write_report(verdict, fixed.design, recording_path.name, out)
    print_verdict(verdict, out)
    sys.exit(0 if verdict.passed else EXIT_FAILED)


command.add_command(faults)


@command.command("replay")
@click.argument("transcript_path", metavar="TRANSCRIPT", type=click.Path(path_type=Path))
@_recording_options()
@design_option
@out_option("Folder for summary.json, junit.xml and report.html.")
def replay_command(
    transcript_path: Path,
    recording_path: Path,
    rate_hz: float | None,
    channels: tuple[str, ...] | None,
    stream: str | None,
    design_path: Path,
    out: Path,
) -> None:
    """Repeat a run without its earbud, from the transcript of it; the host must say what it said then.

    The recording is read as it was then, where no option says otherwise. Exit status: 0 it passes, 1 it fails, 2 it
    could not be repeated.
    """
    check_destination(out)
    transcript = read_transcript(transcript_path)
    then = transcript.header.recording
    fixed = compile_design(load_design(design_path))
    recording = read_recording(
        recording_path,
        rate_hz=rate_hz or then.rate_hz,
        channels=channels or then.channels,
        stream=stream or then.stream,
    )
    with TranscriptDevice(fixed, transcript) as device, keeping_what_came(fixed.design, recording_path.name, out):
        verdict = judge(device, recording, fixed)
    write_report(verdict, fixed.design, recording_path.name, out)
    print_verdict(verdict, out)
    sys.exit(0 if verdict.passed else EXIT_FAILED)


@command.command("stream")
@_device_options(required=True)
@click.option(
    "--lsl", "target", flag_value="lsl", required=True, expose_value=False, help="To the Lab Streaming Layer."
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="Seconds of signal a second.",
)
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(min=0),
    default=10.0,
    show_default=True,
    help="Seconds to wait for a listener.",
)
def stream_command(
    kind: str,
    recording_path: Path,
    rate_hz: float | None,
    channels: tuple[str, ...] | None,
    stream: str | None,
    design_path: Path,
    image: Path | None,
    serial_number: str | None,
    build: str | None,
    address: str | None,
    port: str | None,
    speed: float,
    wait_s: float,
) -> None:
    """Replay a recording through a device, then stream codes, bands and tokens as a live earbud would.

    Time stamps are on the device's clock, whatever the speed.
    """
    clock = LslClock()
    fixed = compile_design(load_design(design_path))
    recording = read_recording(recording_path, rate_hz=rate_hz, channels=channels, stream=stream)
    total = round(recording.duration_s * fixed.design.converter.rate_hz)
    with (
        open_device(kind, fixed, DeviceOptions(image, serial_number, port, None, address, build)) as device,
        progress(f"{kind}: replay", total, "samples") as advance,
    ):
        replayed = replay(device, recording, fixed, advance)
    with LslOutlets(tap_streams(replayed, fixed), replayed.identity, fixed.design) as outlets:
        click.echo(f"LSL: {', '.join(outlets.names)}")
        if not outlets.wait_for_listener(clock, wait_s):
            click.echo(f"  no listener within {wait_s:g} s; streaming all the same")
        with progress("LSL", total, "samples") as advance:
            outlets.play(clock, speed=speed, advance=advance)


@command.command()
@click.option("--lsl", "name", required=True, help="Name, type or source id of the stream.")
@click.option("--seconds", type=float, default=10.0, show_default=True, help="Of signal.")
@recording_options
@out_option("Session (*.zarr) to write.")
def record(name: str, seconds: float, rate_hz: float | None, channels: tuple[str, ...] | None, out: Path) -> None:
    """Record a live LSL stream, as a recording to be replayed."""
    check_session_path(out)
    with progress(f"LSL: {name}", 0, "samples") as advance:
        recording = record_lsl(name, seconds, rate_hz=rate_hz, channels=channels, advance=advance)
    write_session(recording, out)
    click.echo(
        f"{out}: {recording.duration_s:g} s of {recording.meta['stream']}, {len(recording.channels)} channels at "
        f"{recording.sfreq:g} Hz"
    )


@command.command()
@_recording_options()
@design_option
def cyton(
    recording_path: Path,
    rate_hz: float | None,
    channels: tuple[str, ...] | None,
    stream: str | None,
    design_path: Path,
) -> None:
    """Serve a recording as an OpenBCI Cyton on a serial port, for BrainFlow and the OpenBCI GUI; ends by Ctrl-C.

    The earbud's codes are resampled to the Cyton's 250 samples a second; each start of the stream begins with the
    first sample, and after the last one comes the first again.
    """
    from hil.ecosystem.cyton_port import CytonPort, cyton_signal  # noqa: PLC0415  Windows has no pseudo terminals

    design = load_design(design_path)
    recording = read_recording(recording_path, rate_hz=rate_hz, channels=channels, stream=stream)
    signal = cyton_signal(recording, design)
    with CytonPort(signal) as board:
        click.echo(f"Cyton on {board.name}: {', '.join(design.channels)} as channels 1 to {len(design.channels)}")
        if signal.clipped:
            click.echo(f"  {signal.clipped:,} samples clip: a Cyton's range is 187.5 mV at its gain of 24")
        with suppress(KeyboardInterrupt):
            board.serve(threading.Event())
        if board.lost:
            click.echo(f"  {board.lost:,} packets were fetched by no one")
