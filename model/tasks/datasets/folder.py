"""Search for a dataset's files in the user's folder, and choice of subjects."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from earloop.model.config import ModelError

Found = list[tuple[Path, re.Match[str]]]


def find_files(folder: Path | str, pattern: re.Pattern[str], layout: str) -> Found:
    """Return every file in a folder and its subfolders whose name matches, in the order of names.

    Raises
    ------
    ModelError
        The folder does not exist, or has no such file; `layout` describes the files.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ModelError(f"{folder}: no such folder; wanted one with {layout}")
    paths = sorted((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.name)
    found = [(path, match) for path in paths if (match := pattern.fullmatch(path.name))]
    if not found:
        raise ModelError(f"{folder}: no {layout} is in this folder")
    return found


def of_subjects(found: Found, subjects: Collection[str] | None) -> Found:
    """Return the files of some subjects, or all if `subjects` is None.

    Raises
    ------
    ModelError
        No subject is named, or one has no file.
    """
    if subjects is None:
        return found
    known = sorted({match["subject"] for _, match in found})
    missing = sorted(set(subjects) - set(known))
    if missing or not subjects:
        raise ModelError(f"no file of subject {', '.join(missing) or '(none named)'}; valid: {', '.join(known)}")
    return [(path, match) for path, match in found if match["subject"] in subjects]
