"""Assignment of events to lanes: activities to bands, other events to one lane for each kind, grouped by source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from earloop.recordings import Annotation
from earloop.sim.view.style import SOURCES

ACTIVITY_SOURCE = "scenario"
DIRECTIONS = ("left", "right", "up", "down")
MOST_LANES = 14
OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Lane:
    """Events of one kind with their source; each event has a detail, such as a direction or a site."""

    kind: str
    source: str
    events: tuple[Annotation, ...]
    details: tuple[str, ...]


def pack(activities: Sequence[Annotation]) -> list[list[Annotation]]:
    """Distribute activities to the smallest number of rows in which no two overlap."""
    rows: list[list[Annotation]] = []
    for activity in sorted(activities, key=lambda a: a.onset_s):
        for row in rows:
            if row[-1].onset_s + row[-1].duration_s <= activity.onset_s + 1e-6:
                row.append(activity)
                break
        else:
            rows.append([activity])
    return rows


def lanes(events: Sequence[Annotation]) -> list[Lane]:
    """Return one lane for each kind, sorted by source; if there are too many, the rarest kinds share one lane."""
    groups: dict[tuple[str, str], list[tuple[Annotation, str]]] = {}
    for event in events:
        kind, detail = _kind(event.label)
        groups.setdefault((event.source, kind), []).append((event, detail))
    if len(groups) > MOST_LANES:
        common = dict(Counter({key: len(group) for key, group in groups.items()}).most_common(MOST_LANES - 1))
        rest = [(event, event.label) for key, group in groups.items() if key not in common for event, _ in group]
        groups = {key: group for key, group in groups.items() if key in common} | {("", OTHER): rest}
    order = [*SOURCES, ""]
    return [
        Lane(
            kind=kind,
            source=source,
            events=tuple(event for event, _ in group),
            details=tuple(detail for _, detail in group),
        )
        for (source, kind), group in sorted(
            groups.items(), key=lambda item: order.index(item[0][0]) if item[0][0] in order else len(order)
        )
    ]


def _kind(label: str) -> tuple[str, str]:
    """Split a label into kind and detail: `lift_off/T7` is a lift_off at T7, `saccade_left` a saccade to the left."""
    kind, _, detail = label.partition("/")
    stem, _, direction = kind.rpartition("_")
    return (stem, direction) if stem and direction in DIRECTIONS and not detail else (kind, detail)
