"""`earloop hil run`: replay a recording through a device, or run a plan, and judge the result."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earloop.cli.options.device import device_options, fault_option, model_options, taps_option, transcript_option
from earloop.cli.options.files import design_for, out_option
from earloop.cli.options.fitting import offers_fitting
from earloop.cli.options.recording_file import RecordingFile
from earloop.cli.plan_run import refuse_options_beside_a_plan, run_plan_file

if TYPE_CHECKING:
    from earloop.hil.devices.open_device import DeviceOptions
    from earloop.hil.faults.fault import Fault
    from earloop.hil.judging.model_files import ModelFiles


@click.command("run")
@click.argument("plan_path", metavar="[PLAN.toml]", required=False, type=click.Path(path_type=Path))
@device_options(required=False)
@taps_option
@transcript_option
@fault_option
@model_options
@click.option("--paced", is_flag=True, help="Run in real time, and measure the timing of the earbud.")
@out_option("Folder for summary.json, junit.xml and report.html.")
@click.pass_context
@offers_fitting
def command(
    context: click.Context,
    plan_path: Path | None,
    kind: str | None,
    recording: RecordingFile | None,
    design_path: Path,
    options: DeviceOptions,
    taps: tuple[str, ...],
    transcript_path: Path | None,
    fault: Fault | None,
    paced: bool,
    models: ModelFiles,
    out: Path,
) -> None:
    """Replay a recording through a device; compare it bit for bit with the golden model, and with the float path.

    PLAN.toml replaces recording and device: every case of the plan is run. A case that has a verdict and whose inputs
    have not changed is not run again. With --fault, the verdict says whether the fault was noticed. If the values of an
    earbud differ, it is run once more with all taps, and the first tap that differs is named.

    Exit status: 0 it passes, 1 it fails, 2 it was not judged or could not run.
    """
    from earloop.cli.output.console import progress
    from earloop.cli.output.verdict_lines import exit_status, print_verdict
    from earloop.hil.devices.open_faulty import open_faulty
    from earloop.hil.judging.judge import judge
    from earloop.hil.reports.summary import check_destination, keeping_partial_report, write_report
    from earloop.hil.transcript.format import RecordingRead
    from earloop.hil.transcript.recorder import Recorder
    from earloop.spec.compiled import compiled
    from earloop.spec.design import load_design

    if plan_path is not None:
        refuse_options_beside_a_plan(context)
        sys.exit(run_plan_file(plan_path, out))
    if kind is None or recording is None:
        raise click.UsageError("give a PLAN.toml, or --device and --recording", context)
    check_destination(out)
    fixed = compiled(load_design(design_for(design_path, models.decoder)))
    signal = recording.read_for(fixed.design)
    total = round(signal.duration_s * fixed.design.converter.rate_hz)
    read = RecordingRead(recording.name, recording.options)
    recorder = Recorder(transcript_path, read, fixed.design.design_hash) if transcript_path is not None else None
    options = replace(options, recorder=recorder, paced=paced, taps=taps)
    listening = models.load(fixed.design)
    with (
        recorder or nullcontext(),
        open_faulty(kind, fixed, options, fault) as device,
        progress(f"{kind}: replay", total, "samples") as advance,
        keeping_partial_report(fixed.design, recording.name, out),
    ):
        verdict = judge(device, signal, fixed, advance, fault=fault, **listening)
    write_report(verdict, fixed.design, recording.name, out)
    print_verdict(verdict, out)
    sys.exit(exit_status(verdict))
