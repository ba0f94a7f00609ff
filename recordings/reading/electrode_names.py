"""Which channel of a recording is which electrode of a design: by name, never by position alone.

| name in the recording | electrode T7 |
|---|---|
| `T7` | taken |
| `EEG T7`, `t7`, `T7..` | taken if no other channel could be meant: type prefix of EDF, case, dots of PhysioNet |
| `T7-Cz` | taken if Cz is the only reference of the design, because the potential is then the same |
| `T3`, `RAW_T7`, `T7-A1` | refused; the message proposes it as an option for the user to confirm |

Sources: the EDF+ standard texts (edfplus.info/specs/edftexts.html) for type prefixes; the 10-10 nomenclature, in which
T3, T4, T5 and T6 became T7, T8, P7 and P8 (Klem et al. 1999; Oostenveld and Praamstra 2001).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from earloop.recordings.recording import Recording, RecordingError

if TYPE_CHECKING:
    from earloop.recordings.reading.options import ReadOptions
    from earloop.spec.design import Design

TYPE_PREFIX = re.compile(r"EEG\s+(?=\S)", re.IGNORECASE)
BEFORE_A_NAME = re.compile(r"(raw|eeg|exg|ch|chan|channel)[ _:-]+(?=[a-z])")
OLD_NAMES = {"t3": "t7", "t4": "t8", "t5": "p7", "t6": "p8", "m1": "tp9", "m2": "tp10"}
PLACEHOLDER = "NAME"  # stands in a message for a channel that the user must name


def match_channels(channels: Sequence[str], design: Design) -> tuple[str, ...]:
    """Return the channel of each electrode of a design, in the design's order.

    Raises
    ------
    RecordingError
        An electrode has no channel, or more than one could be meant; the message lists both, and says what to do.
    """
    found = [_channel_of(name, channels, design) for name in design.channels]
    matched = tuple(name for name in found if name is not None)
    if len(matched) < len(found) or len(set(matched)) < len(matched):
        raise RecordingError(_refusal(channels, design))
    return matched


def name_in_order(recording: Recording, options: ReadOptions, design: Design) -> Recording:
    """Return the recording with the design's names if the user listed a channel for each electrode (`--channels`).

    A list of channels whose names are those of the design, in any order, needs no renaming. With `renames` the user has
    already said which channel is which.

    Raises
    ------
    RecordingError
        A listed channel has the name of an electrode, but the place of another.
    """
    listed, wanted = options.channels, design.channels
    if listed is None or options.renames or len(listed) != len(wanted):
        return recording
    found = [_channel_of(name, listed, design) for name in wanted]
    if None not in found:
        return recording
    for place, (electrode, channel) in enumerate(zip(wanted, found, strict=True)):
        if channel is not None and channel != listed[place]:
            raise RecordingError(
                f"channel {channel} is in the place of electrode {wanted[listed.index(channel)]}, but has the name of "
                f"electrode {electrode}: say which channel is which electrode with --map {_proposed(listed, design)}"
            )
    return recording.renamed(dict(zip(listed, wanted, strict=True)))


def channels_in_words(electrodes: Sequence[str], sources: Sequence[str]) -> str:
    """Describe the channel of each electrode in one line; `sources` are names in the file, in the same order.

    >>> channels_in_words(("T7", "T8"), ("EarL1", "T8"))
    'channels: T7 = EarL1, T8'
    """
    pairs = zip(electrodes, sources, strict=True)
    return "channels: " + ", ".join(name if name == source else f"{name} = {source}" for name, source in pairs)


def sources_of(recording: Recording, matched: Sequence[str]) -> tuple[str, ...]:
    """Return the names in the file of channels that `match_channels` found."""
    in_file = dict(zip(recording.channels, recording.file_names, strict=True))
    return tuple(in_file[name] for name in matched)


def plain_name(name: str) -> str:
    """Return a name without type prefix and trailing dots, in one case.

    >>> plain_name("EEG T7.."), plain_name("Fp1 ")
    ('t7', 'fp1')
    """
    return TYPE_PREFIX.sub("", name.strip(), count=1).rstrip(". ").casefold()


def split_reference(name: str) -> tuple[str, str]:
    """Return electrode and reference of a name such as `EEG T7-Cz`, without prefix; the reference may be empty.

    >>> split_reference("EEG T7-Cz"), split_reference("Fz.")
    (('T7', 'Cz'), ('Fz', ''))
    """
    bare = TYPE_PREFIX.sub("", name.strip(), count=1).rstrip(". ")
    electrode, dash, reference = bare.rpartition("-")
    return (electrode.strip(), reference.strip()) if dash and electrode and reference else (bare, "")


def _channel_of(electrode: str, channels: Sequence[str], design: Design) -> str | None:
    """Return the only channel that can be an electrode; None if there is none, or more than one."""
    if electrode in channels:
        return electrode
    free = [name for name in channels if name not in design.channels]
    names = {plain_name(electrode)}
    if isinstance(design.electrodes.reference, tuple) and len(design.electrodes.reference) == 1:
        names.add(f"{plain_name(electrode)}-{plain_name(design.electrodes.reference[0])}")
    possible = [name for name in free if plain_name(name) in names]
    return possible[0] if len(possible) == 1 else None


def _refusal(channels: Sequence[str], design: Design) -> str:
    wanted = design.channels
    own = (
        "use a design with the recording's electrodes and their reference, which `earloop spec from-recording FILE "
        "--out my.toml` writes (--design my.toml)"
    )
    both = f"the recording has {_counted(channels)}; the design has {_counted(wanted)}"
    if len(channels) < len(wanted):
        return f"{both}: {own}"
    return (
        f"{both}: say which channel is which electrode with --map {_proposed(channels, design)}, or list one channel "
        f"for each electrode in the design's order with --channels {','.join([PLACEHOLDER] * len(wanted))}; or {own}"
    )


def _counted(names: Sequence[str], listed: int = 16) -> str:
    more = f" and {len(names) - listed} more" if len(names) > listed else ""
    return f"{len(names)} channel{'s' if len(names) != 1 else ''} ({', '.join(names[:listed])}{more})"


def _proposed(channels: Sequence[str], design: Design) -> str:
    """Return the most likely mapping as the value of `--map`, with a placeholder for each unknown channel."""
    pairs = []
    for electrode in design.channels:
        if (channel := _channel_of(electrode, channels, design)) is None:
            likely = [name for name in channels if _likely(name) == plain_name(electrode)]
            channel = likely[0] if len(likely) == 1 else PLACEHOLDER
        if channel != electrode:
            pairs.append(f"{channel}={electrode}")
    option = ",".join(pairs)
    return f'"{option}"' if " " in option else option


def _likely(name: str) -> str:
    """Return the electrode that a name probably means: without its reference, a maker's prefix, and an old name."""
    electrode = plain_name(split_reference(name)[0])
    electrode = BEFORE_A_NAME.sub("", electrode, count=1)
    return OLD_NAMES.get(electrode, electrode)
