"""`earloop hil acquire`: judge an earbud on the samples of its own converter."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earloop.cli.ctrl_c import ended_by_ctrl_c
from earloop.cli.options.device import earbud_options, limit_options, model_options, replayed_options, transcript_option
from earloop.cli.options.files import design_for, design_option, out_option
from earloop.cli.options.fitting import offers_fitting
from earloop.cli.options.recording_file import RecordingFile

if TYPE_CHECKING:
    from earloop.hil.devices.at_bus import BusEarbud
    from earloop.hil.devices.open_device import DeviceOptions
    from earloop.hil.devices.replayed import Replayed
    from earloop.hil.judging.model_files import ModelFiles
    from earloop.hil.judging.tolerances import Tolerances
    from earloop.recordings import Recording
    from earloop.spec.fixed import FixedDesign

LIVE_S = 30.0
AT_BUS = ("firmware", "simulated")


@click.command("acquire")
@click.option(
    "--device",
    "kind",
    type=click.Choice([*AT_BUS, "serial", "ble"]),
    required=True,
    help="Device: the emulated firmware, the firmware in this process, or a real earbud.",
)
@replayed_options(required=False, window=False)
@model_options
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    help="Duration.  [default: the whole recording; for a real earbud 30]",
)
@click.option(
    "--keep", "keep_path", type=click.Path(path_type=Path), help="Also write the samples to this session (*.zarr)."
)
@transcript_option
@limit_options
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the converter model's errors and noise.")
@earbud_options(image=True)
@design_option
@out_option("Folder for summary.json, junit.xml and report.html.")
@offers_fitting
def command(
    kind: str,
    recording: RecordingFile | None,
    models: ModelFiles,
    seconds: float | None,
    keep_path: Path | None,
    transcript_path: Path | None,
    limits: Tolerances,
    seed: int,
    options: DeviceOptions,
    design_path: Path,
    out: Path,
) -> None:
    """Let an earbud sample with its own converter; judge its samples, its tokens and its clock.

    An emulated earbud converts a recording, and each of its samples is compared with the value that the model of the
    ADS1299 put on the bus. For every earbud, each tap is compared bit for bit with the golden model on the same
    samples. Ctrl-C ends the acquisition of a real earbud early; the samples up to then are judged and kept.

    Exit status: 0 it passes, 1 it fails, 2 it was not judged or could not run.
    """
    from earloop.cli.output.verdict_lines import exit_status, print_verdict
    from earloop.hil.devices.acquire import ON_ELECTRODES
    from earloop.hil.devices.open_device import refuse_unsupported_option
    from earloop.hil.judging.judge import judge_replayed
    from earloop.hil.reports.as_recording import as_recording
    from earloop.hil.reports.summary import check_destination, keeping_partial_report, write_report
    from earloop.recordings import check_session_path, write_session
    from earloop.spec.compiled import compiled
    from earloop.spec.design import load_design
    from earloop.spec.errors import EarloopError

    at_bus = kind in AT_BUS
    if at_bus == (recording is None):
        hint = "needs a --recording for its converter" if at_bus else "has electrodes; leave --recording out"
        raise EarloopError(f"--device {kind}: {hint}")
    if at_bus and transcript_path is not None:
        raise EarloopError(f"--transcript: the same --seed repeats a run of --device {kind}; leave --transcript out")
    if at_bus and limits.max_clock_ppm is not None:
        raise EarloopError(
            f"--max-clock-ppm: --device {kind} has an emulated clock, which cannot be judged; leave it out"
        )
    refuse_unsupported_option(kind, options)
    check_destination(out)
    if keep_path is not None:
        check_session_path(keep_path)
    fixed = compiled(load_design(design_for(design_path, models.decoder)))
    listening = models.load(fixed.design)
    name = ON_ELECTRODES if recording is None else recording.name
    if recording is not None:
        signal = recording.read_for(fixed.design)
        if seconds is not None:
            signal = replace(signal, data=signal.data[: round(seconds * signal.sfreq)])
        replayed = _from_bus(kind, signal, fixed, options.image, seed)
    else:
        replayed = _live(kind, options, seconds or LIVE_S, fixed, transcript_path)
    if keep_path is not None:
        own_samples = replayed.run.require_own_samples()
        write_session(as_recording(own_samples, replayed.identity, fixed.design), keep_path)
        click.echo(f"{keep_path}: {own_samples.taken:,} samples")
    with keeping_partial_report(fixed.design, name, out):
        verdict = judge_replayed(replayed, fixed, limits, **listening)
    write_report(verdict, fixed.design, name, out)
    print_verdict(verdict, out)
    sys.exit(exit_status(verdict))


def _from_bus(kind: str, recording: Recording, fixed: FixedDesign, image: Path | None, seed: int) -> Replayed:
    import numpy as np

    from earloop.cli.output.console import progress
    from earloop.hil.devices.acquire import acquire_recording
    from earloop.hil.devices.at_bus import EmulatedAtBus, LoopbackAtBus

    rng, total = np.random.default_rng(seed), round(recording.duration_s * fixed.design.converter.rate_hz)
    earbud: BusEarbud = EmulatedAtBus(fixed, rng, image) if kind == "firmware" else LoopbackAtBus(fixed, rng)
    with earbud, progress(f"{kind}: acquire", total, "samples") as advance:
        return acquire_recording(earbud, recording, fixed, advance)


def _live(
    kind: str, options: DeviceOptions, seconds: float, fixed: FixedDesign, transcript_path: Path | None
) -> Replayed:
    from earloop.cli.output.console import progress
    from earloop.hil.devices.acquire import acquire_live
    from earloop.hil.devices.open_device import open_real_earbud
    from earloop.hil.transcript.recorder import Recorder

    total = round(seconds * fixed.design.converter.rate_hz)
    recorder = None if transcript_path is None else Recorder(transcript_path, None, fixed.design.design_hash)
    with (
        recorder or nullcontext(),
        open_real_earbud(kind, fixed, replace(options, recorder=recorder)) as earbud,
        progress(f"{kind}: acquire", total, "samples") as advance,
        ended_by_ctrl_c() as enough,
    ):
        replayed = acquire_live(earbud, seconds, fixed, advance, enough)
        if enough():
            click.echo("ended by Ctrl-C", err=True)
        return replayed
