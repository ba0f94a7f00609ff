"""`earloop synth`: a session of synthetic ear ExG."""

from __future__ import annotations

from pathlib import Path

import click

from earloop.options import design_option, out_option
from recordings import write_session
from sim import FITS, GENERIC_FIT, front_end_run, truth_tracks
from spec.design import load_design
from synth_data import synthesise


@click.command("synth")
@design_option
@click.option("--seconds", type=float, default=60.0, show_default=True, help="Duration.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option(
    "--unit",
    type=click.Choice(["uV", "codes"]),
    default="codes",
    show_default=True,
    help="Potentials at the electrodes, or codes behind the simulated front end.",
)
@click.option(
    "--fit",
    type=click.Choice(list(FITS)),
    default=GENERIC_FIT.name,
    show_default=True,
    help="How the earpiece fits: wet gel, dry metal, a stranger's or one's own earpiece.",
)
@click.option("--truth", is_flag=True, help="Keep what only a simulation knows: sources, gaze, motion, impedance.")
@out_option("Session to write, a folder named *.zarr.")
def command(design_path: Path, seconds: float, seed: int, unit: str, fit: str, truth: bool, out: Path) -> None:
    """Synthesise a session at the electrodes or at the converter."""
    design = load_design(design_path)
    session = synthesise(design, duration_s=seconds, seed=seed, sources=truth)
    run = None if unit == "uV" else front_end_run(session, design, seed=seed, fit=FITS[fit])
    recording = run.recording if run else session.recording
    write_session(recording, out, truth_tracks(session, run) if truth else {})
    click.echo(
        f"{out}: {recording.duration_s:g} s, {len(recording.channels)} channels, "
        f"{len(recording.annotations)} events, {recording.unit} at {recording.sfreq:g} Hz"
    )
