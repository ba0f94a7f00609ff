"""Renews `requirements/*.lock`: the exact version and the hashes of every package, for each Python that is served.

| file | holds | installed by |
|---|---|---|
| `build.lock` | uv, and what builds the packages that come as source | pip, first |
| `py311.lock` ... | what `pyproject.toml` asks for, `all`, `dev` and `docs` included, but torch, for one Python | uv |
| `torch-cpu.lock` | torch as PyTorch's own index of CPU builds has it | uv, where a CPU build is within reach |
| `torch-pypi.lock` | torch as PyPI has it, and the CUDA libraries that it wants | uv, where none is |
| `supply.lock` | what `make sbom` and `make audit` run | uv, in an environment of their own |

Versions stay as they are where they still serve; `--upgrade` takes the newest, `--upgrade-package NAME` those of one.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "requirements"
UV = ROOT / ".venv" / "bin" / "uv"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORM = "x86_64-unknown-linux-gnu"
EXTRAS = ("--extra", "all", "--extra", "dev", "--extra", "docs")
FROM_SOURCE = ("pyverilog", "cobs")  # these have no wheels for Linux; everything else must have one
CPU_INDEX = "https://download.pytorch.org/whl/cpu/torch/"
TORCH = re.compile(r"torch|triton|nvidia-.*|cuda-.*")  # torch, and what only PyPI's build of it wants


def main(arguments: list[str]) -> int:
    """Write every lock; what cannot be resolved or reached is one line."""
    try:
        torch: dict[str, str] = {}
        for python in PYTHONS:
            torch |= _lock(python, arguments)
        _write(FOLDER / "torch-pypi.lock", torch)
        _lock_cpu_torch(torch["torch"])
        first = FOLDER / f"py{PYTHONS[0].replace('.', '')}.lock"  # what builds packages is what stays installed
        everywhere = ("--universal", "--python-version", PYTHONS[0], "--constraints", str(first))
        for name in ("build", "supply"):
            _compile(FOLDER / f"{name}.in", FOLDER / f"{name}.lock", *everywhere, *arguments)
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"lock: uv ended with status {error.returncode}; it has said why above\n")
        return 2
    except LookupError as error:
        sys.stderr.write(f"lock: {error}\n")
        return 2
    return 0


def _lock(python: str, arguments: list[str]) -> dict[str, str]:
    """Lock for one Python; gives the entries that belong to PyPI's torch."""
    path = FOLDER / f"py{python.replace('.', '')}.lock"
    source = [option for name in FROM_SOURCE for option in ("--no-binary", name)]
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole.lock"
        kept = [p.read_text("utf-8") for p in (path, FOLDER / "torch-pypi.lock") if p.exists()]
        whole.write_text("".join(kept), encoding="utf-8")  # uv keeps the versions that stand in its output
        only = ("--only-binary", ":all:", *source)
        _compile(
            ROOT / "pyproject.toml", whole, *EXTRAS, "--python-version", python, "--python-platform", PLATFORM, *only,
            *arguments,
        )  # fmt: skip
        entries = _entries(whole.read_text("utf-8"))
    _write(path, {name: entry for name, entry in entries.items() if not TORCH.fullmatch(name)})
    return {name: entry for name, entry in entries.items() if TORCH.fullmatch(name)}


def _lock_cpu_torch(of_pypi: str) -> None:
    """Lock the CPU builds of the release that PyPI's lock holds."""
    path = FOLDER / "torch-cpu.lock"
    requirement = of_pypi.split(maxsplit=1)[0] + "+cpu"
    version = re.escape(requirement.partition("==")[2].replace("+", "%2B"))
    tags = "|".join(f"cp{python.replace('.', '')}" for python in PYTHONS)
    wheel = re.compile(rf"torch-{version}-({tags})-\1-manylinux\w*_x86_64\.whl#sha256=([0-9a-f]{{64}})")
    try:
        with urllib.request.urlopen(CPU_INDEX, timeout=30) as answer:
            hashes = sorted({match[2] for match in wheel.finditer(answer.read().decode())})
    except (urllib.error.URLError, TimeoutError) as error:
        if path.exists() and requirement in path.read_text("utf-8").split():
            sys.stderr.write(f"lock: {CPU_INDEX} cannot be reached ({error}); torch-cpu.lock stays as it is\n")
            return
        raise LookupError(f"{CPU_INDEX} cannot be reached ({error}), and has the hashes of {requirement}") from error
    if len(hashes) < len(PYTHONS):
        raise LookupError(f"{CPU_INDEX} has {len(hashes)} builds of {requirement}: wanted one for each of {PYTHONS}")
    _write(path, {"torch": "".join([requirement, *(f" \\\n    --hash=sha256:{digest}" for digest in hashes)])})


def _compile(source: Path, lock: Path, *options: str) -> None:
    shape = ("--quiet", "--generate-hashes", "--no-header", "--no-annotate", "--no-sources")
    subprocess.run([UV, "pip", "compile", *shape, *options, source, "-o", lock], cwd=ROOT, check=True)


def _entries(text: str) -> dict[str, str]:
    """Each package's requirement with its hashes, by name."""
    found = re.findall(r"^([a-z0-9][a-z0-9.-]*)==(?:.*\\\n)*.*$", text, flags=re.MULTILINE)
    entries = [match[0] for match in re.finditer(r"^[a-z0-9][a-z0-9.-]*==(?:.*\\\n)*.*$", text, flags=re.MULTILINE)]
    return dict(zip(found, entries, strict=True))


def _write(path: Path, entries: dict[str, str]) -> None:
    path.write_text("".join(f"{entries[name]}\n" for name in sorted(entries)), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
