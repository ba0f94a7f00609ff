"""MATLAB files, and what is wrong with those that are none, in one line."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

from scipy.io import loadmat

from earloop.model.config import ModelError


def read_matlab(path: Path) -> dict[str, Any]:
    """Variables by name; structs as objects with attributes, dimensions of one dropped.

    Raises
    ------
    ModelError
        No such file, or one that is damaged or no MATLAB file up to version 7.
    """
    if not path.is_file():
        raise ModelError(f"{path}: no such file")
    try:
        found: dict[str, Any] = loadmat(path, squeeze_me=True, struct_as_record=False)
    except (OSError, ValueError, TypeError, KeyError, IndexError, NotImplementedError, zlib.error) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(f"{path}: not a readable MATLAB file: {reason}") from None
    return found
