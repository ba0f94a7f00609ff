"""The reference of a recording's channels, if the user, the channels or a BIDS sidecar file state it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from earloop.recordings.own_design.electrodes import Electrode
from earloop.recordings.recording import RecordingError

UNKNOWN = ("unknown",)
ACROSS = ("cross-ear", "within-ear")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,15}")
SITE = re.compile(r"[A-Za-z]{1,4}(\d{1,2}[ab]?|[zZ])")  # T10, FCz, R4b; not REF, LE or a sentence
BETWEEN = re.compile(r"\s*(?:[,/+&]|\band\b)\s*")


def choose_reference(
    path: Path, electrodes: Sequence[Electrode], given: str | None
) -> tuple[tuple[str, ...] | str, str]:
    """Return the reference as a design states it, and a sentence that says where it is from.

    Parameters
    ----------
    given : the user's: names with commas, `cross-ear` or `within-ear`; None if the file must tell

    Raises
    ------
    RecordingError
        The user's reference is no name.
    """
    if given in ACROSS:
        return str(given), f"reference: {given}, as you say"
    if given is not None:
        names = tuple(name.strip() for name in given.split(","))
        for name in names:
            if not NAME.fullmatch(name):
                raise RecordingError(
                    f"--reference {given}: {name!r} is no name of an electrode; wanted letters and digits, or "
                    f"{' or '.join(ACROSS)}"
                )
        return names, f"reference: {', '.join(names)}, as you say"
    for text, where in ((_of_channels(electrodes), "as the file's channels say"), _of_bids(path)):
        if text and (names := _names(text)):
            return names, f"reference: {', '.join(names)}, {where}"
    stated = _of_channels(electrodes) or _of_bids(path)[0]
    found = f"the file says {stated!r}, which names no electrode" if stated else "the file does not say it"
    return UNKNOWN, (
        f"reference: unknown, because {found}. Question: against which electrodes are the channels measured? Say it "
        "with --reference NAME, or write it in the design; a model learns the reference with the channels"
    )


def _of_channels(electrodes: Sequence[Electrode]) -> str:
    """Return the reference that all channels share; empty if they have none or differ."""
    stated = {electrode.reference for electrode in electrodes}
    return stated.pop() if len(stated) == 1 else ""


def _of_bids(path: Path) -> tuple[str, str]:
    """Return `EEGReference` of the sidecar file next to a recording of BIDS, and the sidecar's name."""
    sidecar = path.with_suffix(".json")
    try:
        facts = json.loads(sidecar.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # no sidecar, or not one that can be read
        return "", ""
    reference = facts.get("EEGReference") if isinstance(facts, dict) else None
    return (reference, f"as {sidecar.name} says") if isinstance(reference, str) else ("", "")


def _names(text: str) -> tuple[str, ...]:
    names = tuple(BETWEEN.split(text.strip()))
    return names if all(SITE.fullmatch(name) for name in names) else ()
