"""The channels of a file that become electrodes of a design: their names, and which ear they belong to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from earloop.recordings.reading.choose import choose_columns
from earloop.recordings.reading.electrode_names import plain_name, split_reference
from earloop.recordings.reading.opened_file import CODES, FileChannel, OpenedFile
from earloop.recordings.reading.options import ReadOptions
from earloop.recordings.recording import RecordingError, renamed_channels

MOST_ELECTRODES = 8  # of a design: the ADS1299 has eight inputs
LONGEST_NAME = 16  # of an electrode in a design
NEAR_THE_EARS = ("t7", "t9", "tp7", "tp9", "t8", "t10", "tp8", "tp10")
NOT_EEG = re.compile(
    r"((left|right|l|r)[\s_\-])?"
    r"(ecg|ekg|emg|eog|heog|veog|resp|nasal|airflow|thor|abdo|chin|leg|gsr|eda|scl|pulse|pleth|temp|mic|snore|aux|acc"
    r"|ref|reference|gnd|ground)([\s_\-.:].*|\d*)",
    re.IGNORECASE,
)
TEN_TEN = re.compile(r"(?:fp|af|f|ft|fc|t|c|tp|cp|p|po|o|i|a|m)(\d+)h?", re.IGNORECASE)
MIDLINE = re.compile(r"[a-z]{1,3}z", re.IGNORECASE)
OF_AN_EAR = re.compile(r"(?:.*[a-z_])?(?P<side>L|R|Left|Right|LEFT|RIGHT)([_\d]\w*)?|(?P<first>Left|Right)\w*")


@dataclass(frozen=True, kw_only=True)
class Electrode:
    """A channel of a file as an electrode.

    channel : name in the file
    name : name in the design
    reference : reference that the name or the file states; empty if it states none
    """

    channel: str
    name: str
    reference: str


def choose_electrodes(opened: OpenedFile, options: ReadOptions) -> tuple[list[Electrode], list[str]]:
    """Return the electrodes in the file's order, and sentences that say what was chosen.

    Raises
    ------
    RecordingError
        No channel can be an electrode, there are more than eight, or two would have the same name.
    """
    channels, said = _channels(opened, options)
    if len(channels) > MOST_ELECTRODES:
        raise RecordingError(
            f"{opened.path}: {len(channels)} channels; a design has at most {MOST_ELECTRODES} electrodes: choose them "
            f"with --channels, for example --channels {_example(channels)}"
        )
    if any(channel.unit == CODES for channel in channels):
        raise RecordingError(
            f"{opened.path}: holds codes of an earbud, which fit the design of that earbud alone; wanted uV"
        )
    given = dict(options.renames or ())
    renamed_channels(tuple(channel.name for channel in channels), given)
    electrodes = [
        Electrode(channel=c.name, name=_name(c.name, given), reference=c.reference or split_reference(c.name)[1])
        for c in channels
    ]
    names = [electrode.name for electrode in electrodes]
    for electrode in electrodes:
        if names.count(electrode.name) > 1:
            raise RecordingError(
                f"{opened.path}: several channels would be the electrode {electrode.name}: choose one of them with "
                f'--channels, or name them with --map "{electrode.channel}=NAME"'
            )
    changed = [f"{e.name} = {e.channel}" for e in electrodes if e.name != e.channel]
    said.insert(0, f"electrodes: {', '.join(names)}" + (f" ({', '.join(changed)})" if changed else ""))
    return electrodes, said


def split_by_ear(names: Sequence[str]) -> tuple[list[str], list[str], str]:
    """Return the electrodes of the left and of the right ear, and a sentence that says how they were told apart.

    >>> split_by_ear(["T7", "T8", "Cz"])[:2]
    (['T7', 'Cz'], ['T8'])
    """
    sides = [_side(name) for name in names]
    if None in sides:
        half = (len(names) + 1) // 2
        unknown = ", ".join(name for name, side in zip(names, sides, strict=True) if side is None)
        how = f"the first half of the channels counts as left, because the side of {unknown} is unknown: check it"
        return list(names[:half]), list(names[half:]), f"sides: {how}"
    left = [name for name, side in zip(names, sides, strict=True) if side != "right"]
    right = [name for name, side in zip(names, sides, strict=True) if side == "right"]
    middle = ", ".join(name for name, side in zip(names, sides, strict=True) if side == "middle")
    how = f"left {', '.join(left) or 'none'}; right {', '.join(right) or 'none'}; by the names"
    return left, right, f"sides: {how}" + (f"; {middle} in the middle counts as left" if middle else "")


def _channels(opened: OpenedFile, options: ReadOptions) -> tuple[list[FileChannel], list[str]]:
    if options.channels is not None:
        return [opened.channels[i] for i in choose_columns(opened, options.channels)], []
    named = dict(options.renames or ())
    readable = [opened.channels[i] for i in _readable(opened)]
    chosen = [c for c in readable if c.name in named or not NOT_EEG.fullmatch(c.name.strip())]
    if not chosen:
        raise RecordingError(
            f"{opened.path}: no channel looks like EEG: {', '.join(c.name for c in opened.channels)}; choose the "
            "electrodes with --channels"
        )
    left_out = [channel.name for channel in opened.channels if channel not in chosen]
    return chosen, [f"left out: {', '.join(left_out)}; --channels chooses others"] if left_out else []


def _readable(opened: OpenedFile) -> list[int]:
    if opened.undecided:
        raise RecordingError(f"{opened.path}: {opened.undecided}")
    return [i for i, channel in enumerate(opened.channels) if channel.is_electrode and channel.scale is not None]


def _example(channels: Sequence[FileChannel]) -> str:
    near = [c.name for c in channels if plain_name(split_reference(c.name)[0]) in NEAR_THE_EARS]
    listed = ",".join((near or [c.name for c in channels])[:MOST_ELECTRODES])
    return f'"{listed}"' if " " in listed else listed


def _name(channel: str, given: Mapping[str, str]) -> str:
    """Return a name that a design accepts: letters, digits and underscores, and a letter at the beginning."""
    if channel in given:
        return given[channel]
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", split_reference(channel)[0]).strip("_")
    return (plain if plain[:1].isalpha() else f"E{plain}")[:LONGEST_NAME].rstrip("_")


def _side(name: str) -> str | None:
    if ten_ten := TEN_TEN.fullmatch(name):
        return "left" if int(ten_ten[1]) % 2 else "right"
    if MIDLINE.fullmatch(name):
        return "middle"
    if of_an_ear := OF_AN_EAR.fullmatch(name):
        return "left" if (of_an_ear["side"] or of_an_ear["first"]).startswith("L") else "right"
    return None
