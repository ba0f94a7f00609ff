"""The exceptions that mean: the user, a file or a device is at fault, not the program.

The command line prints the message as one line, without a traceback, and exits with 2.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from earloop.system.extras import not_installed


class EarloopError(Exception):
    """A mistake. The message names the thing, the value found, the value wanted, and the cure."""


class DesignError(EarloopError):
    """A design is not valid or cannot be built, or its file cannot be read or written."""


class LinkError(EarloopError):
    """A frame, or an exchange of frames, violates the protocol of the link."""


class MissingExtraError(EarloopError, ModuleNotFoundError):
    """A package of an extra is not installed. The message names the extra, and the command that installs it."""


@contextmanager
def naming_extras() -> Iterator[None]:
    """Raise MissingExtraError for an import that fails because an extra is not installed; also a decorator.

    Whatever else fails passes through.
    """
    try:
        yield
    except MissingExtraError:
        raise
    except ModuleNotFoundError as error:
        if said := not_installed(error.name):
            raise MissingExtraError(said, name=error.name) from error
        raise


def check_installed(*modules: str) -> None:
    """Raise MissingExtraError for the first of these modules that is not installed; imports none of them."""
    for module in modules:
        if find_spec(module) is None:
            raise MissingExtraError(not_installed(module) or f"{module} is not installed", name=module)


def unexpected(error: Exception) -> str:
    """Describe an unexpected exception in one line: a fault of the program, independent of a device's verdict.

    An error of the operating system, a lack of memory and an extra that is not installed are named as such; any other
    error is reported with its place.
    """
    if isinstance(error, ModuleNotFoundError) and (said := not_installed(error.name)):
        return said
    said = " ".join(str(error).split())[:200]
    if isinstance(error, MemoryError):
        return f"more memory is needed than there is{f' ({said})' if said else ''}"
    if isinstance(error, OSError) and error.strerror:
        return f"{f'{error.filename}: ' if error.filename else ''}{error.strerror}"
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return (
        f"unexpected {type(error).__name__}{where}{f': {said}' if said else ''}; this is a fault of earloop: "
        "earloop --debug COMMAND shows more"
    )
