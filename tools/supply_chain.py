"""`make sbom` and `make audit`: what the locked environment is made of, and what is known to be wrong with it.

Both run tools that are locked themselves (`requirements/supply.lock`), in an environment of their own. The audit asks
a vulnerability service about every version in every lock. It passes only if that service was asked and answered: first
it is asked about a release that is known to be vulnerable, and if it knows of none, its silence about the rest says
nothing.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ROOT / "requirements"
ENVIRONMENT = ROOT / ".build" / "supply"
PYTHON = ROOT / ".venv" / "bin" / "python"
UV = ROOT / ".venv" / "bin" / "uv"
VULNERABLE = "jinja2==2.10"  # CVE-2019-10906, GHSA-462w-v97r-4m45
CLEAN, WRONG, NOT_DONE = 0, 1, 2


class NotDoneError(Exception):
    """It cannot be done here: one line that says why."""


def main(arguments: list[str]) -> int:
    """Run one of the two."""
    tasks = {"sbom": sbom, "audit": audit}
    if len(arguments) != 1 or arguments[0] not in tasks:
        sys.stderr.write(f"supply_chain: {' '.join(arguments) or 'nothing'} asked for; it does {' and '.join(tasks)}\n")
        return NOT_DONE
    try:
        _set_up()
        return tasks[arguments[0]]()
    except NotDoneError as error:
        sys.stderr.write(f"{arguments[0]}: {error}\n")
        return NOT_DONE


def sbom() -> int:
    """Write the bill of materials of `.venv`, which holds what the lock says, in CycloneDX's JSON."""
    path = ROOT / "out" / "sbom.cdx.json"
    path.parent.mkdir(exist_ok=True)
    project = ("--pyproject", str(ROOT / "pyproject.toml"), "--mc-type", "application")
    form = ("--output-reproducible", "--output-format", "JSON", "--output-file", str(path))
    done = _run("cyclonedx-py", "environment", str(PYTHON), *project, *form)
    if done.returncode:
        raise NotDoneError(f"cyclonedx-py ended with status {done.returncode}: {_last_line(done.stderr)}")
    components = json.loads(path.read_text(encoding="utf-8"))["components"]
    sys.stdout.write(f"{path.relative_to(ROOT)}: {len(components)} components\n")
    return CLEAN


def audit() -> int:
    """Ask about every version in every lock; prints a line for each vulnerability, and one for the whole."""
    if not _vulnerabilities([VULNERABLE]):
        raise NotDoneError(
            f"the vulnerability service knows of nothing wrong with {VULNERABLE}: what it does not say proves nothing"
        )
    pins: dict[str, set[str]] = {}
    for path in sorted(LOCKS.glob("*.lock")):
        for pin in re.findall(r"^[a-z0-9.-]+==[^\s+]+", path.read_text(encoding="utf-8"), re.MULTILINE):
            pins.setdefault(pin.partition("==")[0], set()).add(pin)
    found: set[str] = set()
    for turn in range(max(map(len, pins.values()))):  # a list may name a package once only
        found |= _vulnerabilities(sorted(versions)[turn] for versions in pins.values() if turn < len(versions))
    for line in sorted(found):
        sys.stdout.write(f"{line}\n")
    count = sum(map(len, pins.values()))
    sys.stdout.write(f"audit: {count} releases asked about, {len(found)} known vulnerabilities\n")
    return WRONG if found else CLEAN


def _vulnerabilities(pins: Iterable[str]) -> set[str]:
    """A line for each that is known of these releases."""
    asked = list(pins)
    with tempfile.TemporaryDirectory() as scratch:
        wanted, answer = Path(scratch) / "wanted.txt", Path(scratch) / "answer.json"
        wanted.write_text("\n".join(asked), encoding="utf-8")
        done = _run(
            "pip-audit", "--no-deps", "--disable-pip", "--strict", "--progress-spinner", "off", "--format", "json",
            "--requirement", str(wanted), "--output", str(answer),
        )  # fmt: skip
        if not answer.exists():
            raise NotDoneError(f"the vulnerability service did not answer: {_last_line(done.stderr)}")
        packages = json.loads(answer.read_text(encoding="utf-8"))["dependencies"]
    judged = {package["name"] for package in packages if "vulns" in package}
    if len(judged) < len(asked):
        raise NotDoneError(f"the vulnerability service was asked about {len(asked)} releases and judged {len(judged)}")
    return {
        f"{package['name']} {package['version']}: {known['id']}, mended in {', '.join(known['fix_versions']) or 'none'}"
        for package in packages
        for known in package["vulns"]
    }


def _set_up() -> None:
    """Make the tools' own environment from its lock."""
    lock = LOCKS / "supply.lock"
    stamp = ENVIRONMENT / "lock"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return
    for command in (
        ("venv", "--quiet", "--clear", "--python", PYTHON, ENVIRONMENT),
        ("pip", "install", "--quiet", "--python", ENVIRONMENT, "--no-deps", "--require-hashes", "--requirement", lock),
    ):
        done = subprocess.run([UV, *command], capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotDoneError(f"its tools cannot be installed: {_last_line(done.stderr)}")
    stamp.write_bytes(lock.read_bytes())


def _run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(ENVIRONMENT / "bin" / program), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "it said nothing")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
