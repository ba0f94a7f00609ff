"""`earloop synth`: synthesise a session of ear ExG, or, with `--hours`, a corpus of many people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from earloop.cli.options.files import design_option, out_option
from earloop.sim import FITS

if TYPE_CHECKING:
    from earloop.recordings import CorpusPlan
    from earloop.recordings.recording import Unit
    from earloop.sim import Fit
    from earloop.sim.corpus import Scheduler
    from earloop.spec.design import Design
    from earloop.synth_data import Scenario

SESSION_ONLY = ("seconds", "fit")
CORPUS_ONLY = {"subjects": 1, "session_seconds": None, "workers": 1, "scheduler": None}


@click.command("synth")
@design_option
@click.option("--scenario", default="short-session", show_default=True, help="Name of a scenario, or a .toml file.")
@click.option(
    "--effect-size",
    type=click.FloatRange(min=0),
    help="Distance of a task's classes, in Cohen's d.  [default: the scenario's]",
)
@click.option("--seconds", type=float, help="Duration of a single session.  [default: 60]")
@click.option("--seed", type=int, default=1, show_default=True, help="Random seed; the same seed gives the same bytes.")
@click.option(
    "--unit",
    type=click.Choice(["uV", "codes"]),
    default="codes",
    show_default=True,
    help="Write potentials at the electrodes, or codes after the simulated front end.",
)
@click.option(
    "--fit",
    type=click.Choice(list(FITS)),
    help="Fit of the earpiece in a single session; in a corpus each person has a fit.  [default: generic]",
)
@click.option(
    "--hours", type=float, help="Make a corpus of this many hours; the same command continues an interrupted one."
)
@click.option("--subjects", type=int, default=1, show_default=True, help="Number of people in the corpus.")
@click.option(
    "--session-seconds", type=int, help="Longest session of the corpus, in minutes.  [default: the scenario's duration]"
)
@click.option("--truth", is_flag=True, help="Also store the ground truth: sources, gaze, motion, impedance.")
@click.option(
    "--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Number of processes on this machine."
)
@click.option("--scheduler", metavar="ADDRESS", help="Use the Dask cluster at tcp://HOST:PORT.")
@out_option("Session or corpus to write, a folder named *.zarr.")
@click.pass_context
def command(
    context: click.Context,
    design_path: Path,
    scenario: str,
    effect_size: float | None,
    seconds: float | None,
    seed: int,
    unit: Unit,
    fit: str | None,
    hours: float | None,
    subjects: int,
    session_seconds: int | None,
    truth: bool,
    workers: int,
    scheduler: str | None,
    out: Path,
) -> None:
    """Synthesise a session, or with --hours a corpus, as potentials at the electrodes or as converter codes."""
    from earloop.sim import GENERIC_FIT
    from earloop.sim.corpus import plan_corpus
    from earloop.spec.design import load_design
    from earloop.synth_data import load_scenario

    design, what = load_design(design_path), load_scenario(scenario)
    if effect_size is not None:
        what = what.model_copy(update={"effect_size": effect_size})
    if hours is None:
        for name, default in CORPUS_ONLY.items():
            if context.params[name] != default:
                raise click.UsageError(f"--{name.replace('_', '-')} is for a corpus; give --hours too", context)
        own_fit = FITS[fit or GENERIC_FIT.name]
        _session(design, what, 60.0 if seconds is None else seconds, seed, unit, own_fit, truth, out)
        return
    for name in SESSION_ONLY:
        if context.params[name] is not None:
            raise click.UsageError(f"--{name} is for a single session, --hours for a corpus; give one of them", context)
    plan = plan_corpus(
        design, what, hours=hours, subjects=subjects, seed=seed, longest_s=session_seconds, unit=unit, truth=truth
    )
    _corpus(plan, out, _scheduler(workers, scheduler))


def _session(
    design: Design, scenario: Scenario, seconds: float, seed: int, unit: Unit, fit: Fit, truth: bool, out: Path
) -> None:
    from earloop.recordings import write_session
    from earloop.sim import front_end_run, truth_tracks
    from earloop.synth_data import synthesise

    session = synthesise(design, scenario=scenario, duration_s=seconds, seed=seed, sources=truth)
    run = None if unit == "uV" else front_end_run(session, design, seed=seed, fit=fit)
    recording = run.recording if run else session.recording
    write_session(recording, out, truth_tracks(session, run) if truth else {})
    click.echo(
        f"{out}: {recording.duration_s:g} s, {len(recording.channels)} channels, "
        f"{len(recording.annotations)} events, {recording.unit} at {recording.sfreq:g} Hz"
    )


def _corpus(plan: CorpusPlan, out: Path, scheduler: Scheduler) -> None:
    from earloop.cli.output.console import corpus_progress
    from earloop.sim.corpus import generate

    with corpus_progress("synthesise", plan.seconds) as advance:
        corpus = generate(plan, out, scheduler, advance)
    click.echo(
        f"{out}: {len(corpus.finished)} sessions, {plan.seconds / 3600:g} h of {plan.subjects} subjects, "
        f"{plan.unit}, design {plan.design.design_hash[:12]}"
    )


def _scheduler(workers: int, address: str | None) -> Scheduler:
    from earloop.sim.corpus import in_process, local_processes

    if address is None:
        return in_process if workers == 1 else local_processes(workers)
    from earloop.sim.corpus.cluster import on_cluster

    return on_cluster(address)
