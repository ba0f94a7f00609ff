"""SHA-256 checksums of all files of a folder, in the format of `sha256sum -c SHA256SUMS`."""

from __future__ import annotations

import hashlib
from pathlib import Path

SUMS_NAME = "SHA256SUMS"


def write_sums(folder: Path, place: str = SUMS_NAME) -> None:
    """Write one line for each file below `folder`, sorted by name, to the file `place` in it."""
    lines = [f"{_sum(folder / name)}  {name}\n" for name in _names(folder, place)]
    (folder / place).write_text("".join(lines), encoding="utf-8")


def find_damage(folder: Path, place: str = SUMS_NAME) -> list[str]:
    """Return one line for each difference from the checksums of `write_sums`; empty without damage."""
    try:
        text = (folder / place).read_text(encoding="utf-8")
        wanted = {name: digest for digest, _, name in (line.partition("  ") for line in text.splitlines())}
    except (OSError, UnicodeDecodeError) as error:
        return [f"{place}: cannot be read ({error.strerror if isinstance(error, OSError) else 'not text'})"]
    found = _names(folder, place)
    complaints = [f"{name}: missing" for name in wanted if name not in found]
    for name in found:
        if name not in wanted:
            complaints.append(f"{name}: not among those of {place}")
        elif _sum(folder / name) != wanted[name]:
            complaints.append(f"{name}: damaged, its checksum differs")
    return complaints


def _names(folder: Path, place: str) -> list[str]:
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in found if name != place)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
