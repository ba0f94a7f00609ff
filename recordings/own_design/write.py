"""A whole design for a recording, and its file with the reasons as comments."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from earloop.recordings.own_design.electrodes import choose_electrodes, split_by_ear
from earloop.recordings.own_design.mains import Mains, choose_mains
from earloop.recordings.own_design.rates import choose_bands, choose_rates
from earloop.recordings.own_design.reference import choose_reference
from earloop.recordings.read import open_recording
from earloop.recordings.reading.assemble import assemble
from earloop.recordings.reading.electrode_names import match_channels
from earloop.recordings.reading.options import ReadOptions
from earloop.recordings.recording import RecordingError
from earloop.spec.design import Design, load_design, parse_design
from earloop.spec.design_file import design_text
from earloop.spec.errors import DesignError
from earloop.spec.shipped import shipped_designs
from earloop.system.whole import writing

LISTENED_S = 300.0  # seconds whose spectrum shows the mains
WIDTH = 116


@dataclass(frozen=True)
class OwnDesign:
    """A design for a recording.

    said : what was chosen and why, a sentence each
    renames : channels that are not found by the names of the electrodes, as pairs for `--map`
    """

    design: Design
    said: tuple[str, ...]
    renames: tuple[tuple[str, str], ...]


def design_for(
    path: Path, options: ReadOptions, name: str, *, reference: str | None = None, mains_hz: Mains | None = None
) -> OwnDesign:
    """Return a design for the electrodes, rate and mains of a recording; its other values are the reference design's.

    Parameters
    ----------
    options : how to read the file; `channels` chooses the electrodes, and `renames` names them
    name : name of the design
    reference : electrodes that the channels are measured against, with commas; None if the file must tell
    mains_hz : None to measure it

    Raises
    ------
    RecordingError
        The file cannot be read, or its channels cannot be electrodes.
    DesignError
        Such a design cannot be built.
    """
    opened, base = open_recording(path, options), load_design()
    electrodes, said = choose_electrodes(opened, options)
    left, right, sides = split_by_ear([electrode.name for electrode in electrodes])
    against, whence = choose_reference(path, electrodes, reference)
    channels = tuple(electrode.channel for electrode in electrodes)
    recording = assemble(opened, replace(_first_minutes(opened.parts[0].duration_s, options), channels=channels))
    try:
        rates, rates_said = choose_rates(recording.sfreq)
    except RecordingError as error:
        raise RecordingError(f"{path}: {error}") from None
    bands, bands_said = choose_bands(rates, base)
    mains, mains_said = choose_mains(recording, rates.token_rate_hz, mains_hz)
    changes = {
        "electrodes": {"left": left, "right": right, "reference": against},
        "converter": rates.converter,
        "decimator": rates.decimator,
        "notch": {"mains_hz": mains},
    }
    design = _changed(base, changes, {"name": name, "bands": bands}, str(path))
    pairs = tuple((e.channel, e.name) for e in electrodes if e.channel != e.name)
    return OwnDesign(
        design,
        (*said, *_shipped_alike(design), sides, whence, rates_said, *bands_said, mains_said),
        () if _are_found(channels, design) else pairs,
    )


def _changed(base: Design, tables: dict[str, dict[str, Any]], values: dict[str, Any], source: str) -> Design:
    """Return a design with other keys in its tables, and other values."""
    data = base.model_dump(mode="json")
    for table, keys in tables.items():
        data[table] |= keys
    return parse_design(data | values, source)


def write_own_design(own: OwnDesign, recording: Path, path: Path) -> None:
    """Write a design with what was chosen as comments.

    Raises
    ------
    DesignError
        The file cannot be written.
    """
    heading = f"Written by `earloop spec from-recording` for {recording.name}."
    comments = "\n".join(_comment(line) for line in (heading, *own.said))
    with writing(path, DesignError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{comments}\n\n{design_text(own.design)}", encoding="utf-8")


def _shipped_alike(design: Design) -> list[str]:
    """Return a sentence for each shipped design that has the same electrodes, and with them a known reference."""
    found = [
        name for name, path in shipped_designs().items() if set(load_design(path).channels) == set(design.channels)
    ]
    return [f"shipped: the design {name} has these electrodes, too: --design {name}" for name in found]


def _comment(line: str) -> str:
    return textwrap.fill(line, WIDTH, initial_indent="# ", subsequent_indent="#   ", break_long_words=False)


def _first_minutes(duration_s: float, options: ReadOptions) -> ReadOptions:
    """Return the options for the beginning of the samples that the user chose."""
    asked_s = duration_s if options.seconds is None else options.seconds
    if options.part is not None or options.start_s is not None or asked_s <= LISTENED_S:
        return options
    return replace(options, seconds=LISTENED_S)


def _are_found(channels: Sequence[str], design: Design) -> bool:
    """Return whether the channels are found by the names of the design's electrodes."""
    try:
        match_channels(channels, design)
    except RecordingError:
        return False
    return True
