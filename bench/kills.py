"""Kills long commands at random moments, and runs them again: `python -m bench.kills --moments 100`.

Each kill is a `kill -9` of the command alone, as by a user or the kernel's out-of-memory killer. After it, the children
must end by themselves, finished files must remain, and the same command run again must give the same result as an
undisturbed run, without scratch files.
"""

from __future__ import annotations

import hashlib
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

MARK = "EARLOOP_KILLED"  # in the environment of a command and of its children
ORPHAN_S = 30.0  # time within which its children must end
SESSION, CORPUS = "session.zarr", "corpus.zarr"
PLAN = """
[recordings.made]
file = "session.zarr"
[devices.golden]
kind = "golden"
[devices.emulated]
kind = "firmware"
"""


class KilledError(Exception):
    """A command did not survive a kill: it lost files, left children or scratch, or gave another result."""


@dataclass(frozen=True, kw_only=True)
class Killed:
    """A long command.

    command : arguments of `earloop`, in a folder with a session, a corpus and a plan
    out : its output in that folder
    finished : patterns of files that are finished as soon as they exist, and must remain
    again : more arguments for the second run, if there are files of the first
    done : whether the result is complete, so that no second run is needed
    product : patterns of files whose bytes must not depend on the kill
    """

    command: str
    out: str
    finished: tuple[str, ...] = ()
    again: Callable[[Path], tuple[str, ...]] = lambda folder: ()
    done: Callable[[Path], bool] = lambda folder: False
    product: tuple[str, ...]


COMMANDS = {
    "corpus": Killed(
        command="synth --scenario rest --hours 0.03 --subjects 3 --workers 2 --out made.zarr",
        out="made.zarr",
        finished=("sessions/[!.]*/**/*",),
        product=("sessions/[!.]*/**/*",),
    ),
    "export": Killed(
        command=f"corpus export {CORPUS} --bids bids",
        out="bids",
        finished=("**/*",),
        done=lambda folder: (folder / "bids").exists(),
        product=("**/*.bdf", "**/*.tsv"),
    ),
    "pretrain": Killed(
        command=f"pretrain --recording {SESSION} --preset nano --steps 30 --batch 1 --out model",
        out="model",
        again=lambda folder: ("--resume",) if (folder / "model" / "pretrained.safetensors").exists() else (),
        product=("pretrained.safetensors",),
    ),
    "run": Killed(
        command=f"hil run --device firmware --recording {SESSION} --out report", out="report", product=("junit.xml",)
    ),
    "plan": Killed(command="hil run two.plan.toml --out plan", out="plan", product=("junit.xml", "*/junit.xml")),
}


def prepare(folder: Path) -> None:
    """Write the input of the commands into a folder: a session, a corpus, a plan."""
    _earloop(folder, "synth", "--scenario", "rest", "--seconds", "12", "--seed", "1", "--out", SESSION)
    _earloop(folder, "synth", "--scenario", "rest", "--hours", "0.02", "--subjects", "2", "--out", CORPUS)
    (folder / "two.plan.toml").write_text(PLAN, encoding="utf-8")


def kill_at_random(
    name: str, moments: int, seed: int, prepared: Path, report: Callable[[str], None] = lambda line: None
) -> None:
    """Kill a command at random moments, each time in a separate folder.

    Parameters
    ----------
    moments : number of kills
    prepared : folder that `prepare` has filled
    report : called with a line after each kill

    Raises
    ------
    KilledError
        A finished file was lost, a child did not end, scratch files remained, or the second run gave another result.
    """
    killed, rng = COMMANDS[name], random.Random(f"{name} {seed}")
    with tempfile.TemporaryDirectory(prefix="earloop-kills-") as scratch:
        whole = _copy(prepared, Path(scratch) / "whole")
        started = time.monotonic()
        _earloop(whole, *killed.command.split())
        lasts_s = time.monotonic() - started
        wanted = _digests(whole / killed.out, killed.product)
        for moment in range(moments):
            after_s = rng.uniform(0, lasts_s)
            folder = _copy(prepared, Path(scratch) / str(moment))
            try:
                _kill_once(killed, folder, after_s, wanted)
            except KilledError as error:
                raise KilledError(f"{name}, killed after {after_s:.2f} of {lasts_s:.2f} s: {error}") from None
            shutil.rmtree(folder)
            report(f"{name}: {moment + 1} of {moments}, killed after {after_s:.2f} of {lasts_s:.2f} s")


def _kill_once(killed: Killed, folder: Path, after_s: float, wanted: dict[str, str]) -> None:
    mark = uuid.uuid4().hex
    process = subprocess.Popen(
        _command(*killed.command.split()),
        cwd=folder,
        env={**os.environ, MARK: mark},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    _await_children(mark)
    out = folder / killed.out
    finished = {path: path.stat().st_mtime_ns for path in _files(out, killed.finished)}
    if not killed.done(folder):
        _earloop(folder, *killed.command.split(), *killed.again(folder))
    for path, stamp in finished.items():
        if not path.exists() or path.stat().st_mtime_ns != stamp:
            raise KilledError(f"{path.relative_to(folder)} was finished, and then lost or written again")
    scratch = sorted(str(path.relative_to(folder)) for path in folder.rglob(".*.partial"))
    if scratch and not killed.done(folder):
        raise KilledError(f"scratch files remain: {', '.join(scratch)}")
    found = _digests(out, killed.product)
    if found != wanted:
        differing = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
        raise KilledError(f"the result differs from that of an undisturbed run: {', '.join(differing)}")


def _await_children(mark: str) -> None:
    deadline = time.monotonic() + ORPHAN_S
    while alive := _marked(mark):
        if time.monotonic() > deadline:
            raise KilledError(f"{len(alive)} children are still running {ORPHAN_S:g} s later: {', '.join(alive)}")
        time.sleep(0.05)


def _marked(mark: str) -> list[str]:
    """Return the processes whose environment has the mark, each as number and program."""
    processes = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and f"{MARK}={mark}".encode() in (entry / "environ").read_bytes():
                processes.append(f"{entry.name} {(entry / 'comm').read_text(encoding='utf-8').strip()}")
        except OSError:  # the process has ended, or belongs to another user
            continue
    return processes


def _digests(out: Path, patterns: tuple[str, ...]) -> dict[str, str]:
    return {str(path.relative_to(out)): hashlib.sha256(_timeless(path)).hexdigest() for path in _files(out, patterns)}


def _timeless(path: Path) -> bytes:
    """Return the contents of a file; of a JUnit file without times and durations."""
    content = path.read_bytes()
    return re.sub(rb' (time|timestamp)="[^"]*"', b"", content) if path.name == "junit.xml" else content


def _files(out: Path, patterns: tuple[str, ...]) -> list[Path]:
    return [path for pattern in patterns for path in sorted(out.glob(pattern)) if path.is_file()]


def _copy(prepared: Path, folder: Path) -> Path:
    shutil.copytree(prepared, folder)
    return folder


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "earloop", *arguments]


def _earloop(folder: Path, *arguments: str) -> None:
    done = subprocess.run(_command(*arguments), cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise KilledError(f"earloop {' '.join(arguments)} exited with {done.returncode}: {done.stderr.strip()}")


@click.command()
@click.option("--moments", type=click.IntRange(min=1), default=100, show_default=True, help="Kills of each command.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.argument("names", nargs=-1, type=click.Choice(list(COMMANDS)))
def main(moments: int, seed: int, names: tuple[str, ...]) -> None:
    """Kill commands at random moments and run them again; without NAMES all commands."""
    with tempfile.TemporaryDirectory(prefix="earloop-kills-") as scratch:
        prepared = Path(scratch)
        prepare(prepared)
        for name in names or COMMANDS:
            try:
                kill_at_random(name, moments, seed, prepared, click.echo)
            except KilledError as error:
                raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
