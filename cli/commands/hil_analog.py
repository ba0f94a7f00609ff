"""`earloop hil analog`: measure an earbud from its electrodes on, with a signal generator."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earloop.cli.options.device import earbud_options, replayed_options
from earloop.cli.options.files import design_option, out_option
from earloop.cli.options.recording_file import RecordingFile
from earloop.cli.plan_run import EXIT_FAILED

if TYPE_CHECKING:
    from earloop.hil.analog.attenuator import Attenuator
    from earloop.hil.analog.generator import Generator
    from earloop.hil.analog.verdict import AnalogVerdict
    from earloop.hil.devices.earbud import Earbud
    from earloop.hil.devices.open_device import DeviceOptions
    from earloop.spec.fixed import FixedDesign

SAFETY = "Nobody may wear the earbud during the measurement: the generator's ground must not reach a person."


@click.command("analog", epilog=SAFETY)
@click.option("--generator", "source", required=True, help="Generator: visa:RESOURCE, sound:DEVICE, or simulated.")
@click.option(
    "--device",
    "kind",
    type=click.Choice(["serial", "ble", "simulated"]),
    required=True,
    help="Earbud with a converter, real or simulated.",
)
@earbud_options(image=False)
@replayed_options()
@click.option(
    "--attenuation",
    type=float,
    default=1000.0,
    show_default=True,
    help="Ratio of the generator's voltage to the voltage at an electrode.",
)
@click.option(
    "--scale", type=click.FloatRange(min=0, min_open=True), default=1.0, help="Factor for the recording's amplitude."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the simulated bench.")
@design_option
@out_option("Folder for summary.json, junit.xml and report.html.")
def command(
    source: str,
    kind: str,
    options: DeviceOptions,
    recording: RecordingFile,
    attenuation: float,
    scale: float,
    seed: int,
    design_path: Path,
    out: Path,
) -> None:
    """Play a recording into the electrodes through an attenuator, and judge the earbud's codes and tokens.

    Bursts before and after the recording measure gain, offset, delay and clock. Then each band's response and noise are
    compared with tolerances, and the tokens with the golden model on the earbud's codes. The attenuator reduces the
    generator's volts to millivolts. NEVER measure while a person wears the earbud: the generator's ground must not
    reach a person.

    Exit status: 0 it passes, 1 it fails, 2 it could not be measured.
    """
    from earloop.cli.output.console import progress
    from earloop.hil.analog.attenuator import Attenuator
    from earloop.hil.analog.measure import measure, play_rate_hz, samples_wanted
    from earloop.hil.analog.report import write_analog_report
    from earloop.hil.analog.stimulus import make_stimulus, stimulus_s
    from earloop.hil.analog.verdict import judge_analog
    from earloop.hil.devices.open_device import refuse_unsupported_option
    from earloop.hil.reports.summary import check_destination
    from earloop.spec.compiled import compiled
    from earloop.spec.design import load_design
    from earloop.spec.errors import EarloopError

    if (source == "simulated") != (kind == "simulated"):
        raise EarloopError(
            f"--generator {source} with --device {kind}: a simulated generator drives a simulated earbud, "
            "and a real generator drives a real earbud"
        )
    refuse_unsupported_option(kind, options)
    check_destination(out)
    fixed = compiled(load_design(design_path))
    attenuator = Attenuator(attenuation)
    signal = recording.read_for(fixed.design)
    with _bench(source, kind, fixed, attenuator, seed, options) as (generator, earbud):
        play_hz = play_rate_hz(generator.facts, stimulus_s(signal))
        stimulus = make_stimulus(signal, fixed.design, generator.facts.outputs, play_hz, scale=scale)
        with progress("analog", samples_wanted(stimulus, fixed.design), "samples") as advance:
            measured = measure(earbud, generator, attenuator, stimulus, fixed, advance)
    verdict = judge_analog(measured, fixed)
    write_analog_report(verdict, fixed.design, recording.name, out)
    _print(verdict, out)
    sys.exit(0 if verdict.passed else EXIT_FAILED)


@contextmanager
def _bench(
    source: str,
    kind: str,
    fixed: FixedDesign,
    attenuator: Attenuator,
    seed: int,
    options: DeviceOptions,
) -> Iterator[tuple[Generator, Earbud]]:
    """Open a generator and the earbud that it drives."""
    import numpy as np

    from earloop.hil.analog.simulated_bench import SimulatedBench, SimulatedEarbud
    from earloop.hil.analog.sound_card import SoundCard
    from earloop.hil.devices.open_device import open_real_earbud
    from earloop.spec.errors import EarloopError

    means, _, name = source.partition(":")
    if source == "simulated":
        with (
            SimulatedBench(fixed, attenuator, np.random.default_rng(seed)) as bench,
            SimulatedEarbud(fixed, bench) as earbud,
        ):
            yield bench, earbud
        return
    if means not in ("visa", "sound") or not name:
        raise EarloopError(f"--generator {source}: wanted visa:RESOURCE, sound:DEVICE, or simulated")
    if means == "visa":
        from earloop.hil.analog.visa import VisaGenerator

        generator: Generator = VisaGenerator(name)
    else:
        generator = SoundCard(name)
    with generator, open_real_earbud(kind, fixed, options) as earbud:
        yield generator, earbud


def _print(verdict: AnalogVerdict, out: Path) -> None:
    """Print the verdict in a few lines."""
    import numpy as np

    from earloop.hil.reports.summary import HTML_NAME

    found, judged = verdict.calibration, [response for response in verdict.bands if response.judged.any()]
    worst = max((float(np.abs(r.response_db[r.judged]).max()) for r in judged), default=float("nan"))
    click.echo(
        f"{verdict.word.upper()}: {verdict.measured.identity.kind}, analog, "
        f"{len(judged)} of {len(verdict.bands)} bands judged, worst response {worst:.3f} dB, "
        f"gain {np.nanmin(found.gain.value):.4f} to {np.nanmax(found.gain.value):.4f}, "
        f"clock {1e6 * found.timing.clock:+.2f} ppm"
    )
    for reason in verdict.reasons[:5]:
        click.echo(f"  {reason}")
    if len(verdict.reasons) > 5:
        click.echo(f"  and {len(verdict.reasons) - 5} more")
    click.echo(f"  {out / HTML_NAME}")
