"""The designs that come with the program, by name: the reference, and those for devices that people wear."""

from __future__ import annotations

from pathlib import Path

from earloop.spec.errors import DesignError

REFERENCE_NAME = "neurobuds"
_HERE = Path(__file__).parent


def shipped_designs() -> dict[str, Path]:
    """Return the file of each shipped design by its name; the reference is the first.

    >>> "muse" in shipped_designs()
    True
    """
    files = [_HERE / f"{REFERENCE_NAME}.toml", *sorted((_HERE / "designs").glob("*.toml"))]
    return {path.stem: path for path in files}


def design_file(name_or_path: Path | str, folder: Path = Path()) -> Path:
    """Return the file of a design, which is given as a file or as the name of a shipped design.

    Parameters
    ----------
    folder : the folder that a relative path starts from

    Raises
    ------
    DesignError
        A word without suffix is neither a file nor the name of a shipped design; the message lists the names.
    """
    path, given = folder / name_or_path, Path(name_or_path)
    if given.suffix or len(given.parts) != 1 or _is_file(path):
        return path
    shipped = shipped_designs()
    if str(given) not in shipped:
        raise DesignError(
            f"{given}: no shipped design and no file has this name; shipped designs: {', '.join(shipped)}; or give a "
            "file, *.toml"
        )
    return shipped[str(given)]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long
        return False
