"""Reading of MATLAB files, with one-line errors."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

from scipy.io import loadmat

from earloop.model.config import ModelError


def read_matlab(path: Path) -> dict[str, Any]:
    """Return the variables by name; structs are objects with attributes, and dimensions of length one are dropped.

    Raises
    ------
    ModelError
        The file does not exist, is damaged, or is not a MATLAB file up to version 7.
    """
    if not path.is_file():
        raise ModelError(f"{path}: no such file; wanted a MATLAB file")
    try:
        variables: dict[str, Any] = loadmat(path, squeeze_me=True, struct_as_record=False)
    except (OSError, ValueError, TypeError, KeyError, IndexError, NotImplementedError, zlib.error) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(f"{path}: not a readable MATLAB file: {reason}") from None
    return variables
