"""A virtual environment with the packages of the bare install and no other, made without a network.

Which packages these are follows from `pyproject.toml` and from what each installed package says that it requires. They
are linked from this environment; earloop itself is unpacked from its wheel.
"""

from __future__ import annotations

import tomllib
import venv
import zipfile
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from earloop.system.project import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS_OF_PROJECT = {
    name: [Requirement(line) for line in lines] for name, lines in PROJECT["optional-dependencies"].items()
}


def bare_packages() -> dict[str, Distribution]:
    """What the bare install brings beside earloop, by name."""
    return closure([Requirement(line) for line in PROJECT["dependencies"]])


def closure(wanted: list[Requirement]) -> dict[str, Distribution]:
    """Installed packages by name: those that are wanted, those that they require, and so on."""
    found: dict[str, Distribution] = {}
    while wanted:
        requirement, *wanted = wanted
        name = canonicalize_name(requirement.name)
        if name in found or not _applies(requirement):
            continue
        found[name] = distribution(name)
        for line in found[name].requires or ():
            required = Requirement(line)
            if _applies(required, ("", *requirement.extras)):
                required.marker = None
                wanted.append(required)
    return found


def _applies(requirement: Requirement, extras: tuple[str, ...] = ("",)) -> bool:
    return requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in extras)


def make_bare(folder: Path, wheel: Path) -> Path:
    """Make the environment, and return its Python."""
    venv.create(folder, symlinks=True, with_pip=False)
    (site,) = folder.glob("lib/python3*/site-packages")
    for package in bare_packages().values():
        for name in {file.parts[0] for file in package.files or () if file.parts[0] not in ("..", "__pycache__")}:
            (site / name).symlink_to(str(package.locate_file(name)))
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)
    return folder / "bin" / "python"
