"""Looking for a dataset's files in the folder that the user names, and for the subjects that they want."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from earloop.model.config import ModelError

Found = list[tuple[Path, re.Match[str]]]


def find_files(folder: Path | str, pattern: re.Pattern[str], layout: str) -> Found:
    """Every file at or below a folder whose name matches, by name.

    Raises
    ------
    ModelError
        No such folder, or no such file in it; `layout` says what was looked for.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ModelError(f"{folder}: no such folder; wanted one with {layout}")
    paths = sorted((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.name)
    found = [(path, match) for path in paths if (match := pattern.fullmatch(path.name))]
    if not found:
        raise ModelError(f"{folder}: no {layout} in it")
    return found


def of_subjects(found: Found, subjects: Collection[str] | None) -> Found:
    """The files whose group `subject` is wanted.

    Raises
    ------
    ModelError
        A subject without a file.
    """
    if subjects is None:
        return found
    known = sorted({match["subject"] for _, match in found})
    missing = sorted(set(subjects) - set(known))
    if missing or not subjects:
        raise ModelError(f"no file of subject {', '.join(missing) or '(none named)'}; there are {', '.join(known)}")
    return [(path, match) for path, match in found if match["subject"] in subjects]
