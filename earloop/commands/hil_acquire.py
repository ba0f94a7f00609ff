"""`earloop hil acquire`: an earbud's own samples to a verdict: 0 pass, 1 fail, 2 could not run."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from earloop.console import progress
from earloop.options import design_option, out_option, recording_options
from earloop.plan_run import EXIT_FAILED
from earloop.verdict_lines import print_verdict
from hil.ble.earbud import BleEarbud
from hil.converter.acquire import acquire_live, acquire_recording
from hil.converter.bus import BusEarbud, EmulatedAtBus, LoopbackAtBus
from hil.converter.keep import as_recording
from hil.earbud import RealEarbud, SerialEarbud
from hil.report import check_destination, keeping_what_came, write_report
from hil.rig import Replayed, judge_replayed
from hil.tolerances import Tolerances
from recordings import Recording, check_session_path, read_recording, write_session
from spec.design import load_design
from spec.errors import EarloopError
from spec.fixed import FixedDesign, compile_design

LIVE, LIVE_S = "what lies on its electrodes", 30.0
AT_BUS = ("firmware", "simulated")


@click.command("acquire")
@click.option(
    "--device",
    "kind",
    type=click.Choice([*AT_BUS, "serial", "ble"]),
    required=True,
    help="The emulated firmware, the same in this process, or a real earbud.",
)
@click.option(
    "--recording",
    "recording_path",
    type=click.Path(path_type=Path),
    help="What the ADS1299's model converts on the bus of an emulated earbud; a real one has electrodes.",
)
@recording_options
@click.option("--stream", help="Stream of an XDF file, by name, type or number.")
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), help="How long; a real earbud: 30 by default.")
@click.option("--keep", "keep_path", type=click.Path(path_type=Path), help="Session (*.zarr) for the samples.")
@click.option("--max-clock-ppm", type=click.FloatRange(min=0, min_open=True), help="By which its clock may be off.")
@click.option("--lost-tokens", type=click.IntRange(min=0), default=0, help="Tokens that the line may lose.")
@click.option("--image", type=click.Path(path_type=Path), help="Firmware ELF to emulate instead of the tree's.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the converter's model: its errors, its noise.")
@click.option("--serial-number", help="Of one of several earbuds: USB's, the chip's; its BLE name.")
@click.option("--build", help="Firmware build of the earbud, where several are plugged in.")
@click.option("--address", help="Bluetooth address of the earbud, a UUID on macOS.")
@click.option("--port", help="Serial port, where an earbud cannot be searched for.")
@design_option
@out_option("Folder for summary.json, junit.xml and report.html.")
def command(
    kind: str,
    recording_path: Path | None,
    rate_hz: float | None,
    channels: tuple[str, ...] | None,
    stream: str | None,
    seconds: float | None,
    keep_path: Path | None,
    max_clock_ppm: float | None,
    lost_tokens: int,
    image: Path | None,
    seed: int,
    serial_number: str | None,
    build: str | None,
    address: str | None,
    port: str | None,
    design_path: Path,
    out: Path,
) -> None:
    """Let an earbud take samples from its own converter; judge what it makes of them, and how fast its clock runs.

    An emulated one converts a recording: each sample that comes is held to what the ADS1299's model gave on the bus. Of
    every earbud, all that it makes of its samples is held to the golden model on the same samples, bit for bit.

    Exit status: 0 it passes, 1 it fails, 2 it could not be run.
    """
    at_bus = kind in AT_BUS
    if at_bus == (recording_path is None):
        hint = "wants a --recording for its converter" if at_bus else "has electrodes; leave --recording out"
        raise EarloopError(f"--device {kind}: {hint}")
    if at_bus and max_clock_ppm is not None:
        raise EarloopError(f"--max-clock-ppm: the clock of --device {kind} is that of an emulation; leave it out")
    if image is not None and kind != "firmware":
        raise EarloopError(f"--image: --device {kind} takes none; it is for --device firmware")
    check_destination(out)
    if keep_path is not None:
        check_session_path(keep_path)
    fixed = compile_design(load_design(design_path))
    name = LIVE if recording_path is None else recording_path.name
    if recording_path is not None:
        recording = read_recording(recording_path, rate_hz=rate_hz, channels=channels, stream=stream)
        if seconds is not None:
            recording = replace(recording, data=recording.data[: round(seconds * recording.sfreq)])
        replayed = _from_bus(kind, recording, fixed, image, seed)
    else:
        earbud: RealEarbud = (
            BleEarbud(fixed, address, serial_number)
            if kind == "ble"
            else SerialEarbud(fixed, serial_number, port, build=build)
        )
        replayed = _live(earbud, seconds or LIVE_S, fixed)
    if keep_path is not None:
        assert replayed.run.own is not None
        write_session(as_recording(replayed.run.own, replayed.identity, fixed.design), keep_path)
        click.echo(f"{keep_path}: {replayed.run.own.taken:,} samples")
    with keeping_what_came(fixed.design, name, out):
        verdict = judge_replayed(replayed, fixed, Tolerances(max_clock_ppm=max_clock_ppm, lost_tokens=lost_tokens))
    write_report(verdict, fixed.design, name, out)
    print_verdict(verdict, out)
    sys.exit(0 if verdict.passed else EXIT_FAILED)


def _from_bus(kind: str, recording: Recording, fixed: FixedDesign, image: Path | None, seed: int) -> Replayed:
    rng, total = np.random.default_rng(seed), round(recording.duration_s * fixed.design.converter.rate_hz)
    earbud: BusEarbud = EmulatedAtBus(fixed, rng, image) if kind == "firmware" else LoopbackAtBus(fixed, rng)
    with earbud, progress(f"{kind}: acquire", total, "samples") as advance:
        return acquire_recording(earbud, recording, fixed, advance)


def _live(earbud: RealEarbud, seconds: float, fixed: FixedDesign) -> Replayed:
    total = round(seconds * fixed.design.converter.rate_hz)
    with earbud, progress(f"{earbud.kind}: acquire", total, "samples") as advance:
        return acquire_live(earbud, seconds, fixed, advance)
