"""`earloop hil analog`: the earbud behind its own electrodes, on a bench."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from earloop.console import progress
from earloop.options import design_option, out_option, recording_options
from earloop.plan_run import EXIT_FAILED
from hil.analog.attenuator import Attenuator
from hil.analog.generator import Generator
from hil.analog.measure import measure, play_rate_hz, samples_wanted
from hil.analog.report import write_analog_report
from hil.analog.simulated_bench import SimulatedBench, SimulatedEarbud
from hil.analog.sound_card import SoundCard
from hil.analog.stimulus import make_stimulus, stimulus_s
from hil.analog.verdict import AnalogVerdict, judge_analog
from hil.analog.visa import VisaGenerator
from hil.discovery import find_earbud
from hil.earbud import open_link
from hil.link import EarbudLink
from hil.port import open_port
from hil.report import HTML_NAME, check_destination
from recordings import read_recording
from spec.design import load_design
from spec.errors import EarloopError
from spec.fixed import FixedDesign, compile_design

SAFETY = "No person wears the earbud meanwhile: the generator's ground must not reach a person."


@click.command("analog", epilog=SAFETY)
@click.option("--generator", "source", required=True, help="visa:RESOURCE, sound:DEVICE, or simulated.")
@click.option(
    "--device", "kind", type=click.Choice(["serial", "simulated"]), required=True, help="Earbud with a converter."
)
@click.option("--serial-number", help="USB serial number of the earbud, where several are plugged in.")
@click.option("--port", help="Serial port, where an earbud cannot be searched for.")
@click.option("--recording", "recording_path", type=click.Path(path_type=Path), required=True, help="What to play.")
@recording_options
@click.option("--seconds", type=click.FloatRange(min=1), help="Of the recording, from its beginning.")
@click.option(
    "--attenuation", type=float, default=1000.0, show_default=True, help="Volts in over volts at an electrode."
)
@click.option("--scale", type=click.FloatRange(min=0, min_open=True), default=1.0, help="Multiplies the recording.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the simulated bench.")
@design_option
@out_option("Folder for summary.json, junit.xml and report.html.")
def command(
    source: str,
    kind: str,
    serial_number: str | None,
    port: str | None,
    recording_path: Path,
    rate_hz: float | None,
    channels: tuple[str, ...] | None,
    seconds: float | None,
    attenuation: float,
    scale: float,
    seed: int,
    design_path: Path,
    out: Path,
) -> None:
    """Play a recording into the electrodes through an attenuator; judge what the earbud's converter makes of it.

    Bursts before and after tell gain, offset, delay and clock; then each band's response and noise are held to
    tolerances, and the tokens to the golden model on the earbud's own codes. The electrodes see millivolts only through
    the attenuator. NEVER while a person wears the earbud: the generator's ground must not reach a person.

    Exit status: 0 it passes, 1 it fails, 2 it could not be measured.
    """
    if (source == "simulated") != (kind == "simulated"):
        raise EarloopError(
            f"--generator {source} with --device {kind}: a simulated generator drives a simulated earbud, "
            "a real one a real one"
        )
    check_destination(out)
    fixed = compile_design(load_design(design_path))
    attenuator = Attenuator(attenuation)
    recording = read_recording(recording_path, rate_hz=rate_hz, channels=channels)
    if seconds is not None:
        recording = replace(recording, data=recording.data[: round(seconds * recording.sfreq)])
    with _bench(source, fixed, attenuator, seed, serial_number, port) as (generator, link):
        play_hz = play_rate_hz(generator.facts, stimulus_s(recording))
        stimulus = make_stimulus(recording, fixed.design, generator.facts.outputs, play_hz, scale=scale)
        with progress("analog", samples_wanted(stimulus, fixed.design), "samples") as advance:
            measured = measure(link, kind, generator, attenuator, stimulus, fixed, advance)
    verdict = judge_analog(measured, fixed)
    write_analog_report(verdict, fixed.design, recording_path.name, out)
    _print(verdict, out)
    sys.exit(0 if verdict.passed else EXIT_FAILED)


@contextmanager
def _bench(
    source: str,
    fixed: FixedDesign,
    attenuator: Attenuator,
    seed: int,
    serial_number: str | None,
    port: str | None,
) -> Iterator[tuple[Generator, EarbudLink]]:
    """A generator and the earbud that it drives."""
    kind, _, name = source.partition(":")
    if source == "simulated":
        with (
            SimulatedBench(fixed, attenuator, np.random.default_rng(seed)) as bench,
            SimulatedEarbud(fixed, bench) as link,
        ):
            yield bench, link
        return
    if kind not in ("visa", "sound") or not name:
        raise EarloopError(f"--generator {source}: wanted visa:RESOURCE, sound:DEVICE, or simulated")
    generator: Generator = VisaGenerator(name) if kind == "visa" else SoundCard(name)
    with generator:
        opened = open_port(port or find_earbud(fixed, serial_number), fixed.design)
        with open_link(opened, fixed, None) as link:
            yield generator, link


def _print(verdict: AnalogVerdict, out: Path) -> None:
    """The verdict in a few lines."""
    found, told = verdict.calibration, [response for response in verdict.bands if response.judged.any()]
    worst = max((float(np.abs(r.response_db[r.judged]).max()) for r in told), default=float("nan"))
    click.echo(
        f"{'PASS' if verdict.passed else 'FAIL'}: {verdict.measured.identity.kind}, analog, "
        f"{len(told)} of {len(verdict.bands)} bands told, worst response {worst:.3f} dB, "
        f"gain {np.nanmin(found.gain.value):.4f} to {np.nanmax(found.gain.value):.4f}, "
        f"clock {1e6 * found.timing.clock:+.2f} ppm"
    )
    for reason in verdict.reasons[:5]:
        click.echo(f"  {reason}")
    if len(verdict.reasons) > 5:
        click.echo(f"  and {len(verdict.reasons) - 5} more")
    click.echo(f"  {out / HTML_NAME}")
