"""Which event goes into which lane: activities packed into bands, everything else a lane a kind, grouped by source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from earloop.recordings import Annotation
from earloop.sim.view.style import SOURCES

ACTIVITY_SOURCE = "scenario"
WAYS = ("left", "right", "up", "down")
MOST_LANES = 14
OTHER = "other"


@dataclass(frozen=True)
class Lane:
    """Events of one kind, each with what tells it from the others: a way, a site; and who makes them."""

    kind: str
    source: str
    events: tuple[Annotation, ...]
    details: tuple[str, ...]


def pack(activities: Sequence[Annotation]) -> list[list[Annotation]]:
    """As few rows as hold all activities, so that in no row two overlap."""
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
    """A lane a kind, by source; the rarest kinds share one where there are too many."""
    found: dict[tuple[str, str], list[tuple[Annotation, str]]] = {}
    for event in events:
        kind, detail = _kind(event.label)
        found.setdefault((event.source, kind), []).append((event, detail))
    if len(found) > MOST_LANES:
        common = dict(Counter({key: len(of) for key, of in found.items()}).most_common(MOST_LANES - 1))
        rest = [(event, event.label) for key, of in found.items() if key not in common for event, _ in of]
        found = {key: of for key, of in found.items() if key in common} | {("", OTHER): rest}
    order = [*SOURCES, ""]
    return [
        Lane(kind, source, *(tuple(column) for column in zip(*of, strict=True)))
        for (source, kind), of in sorted(
            found.items(), key=lambda item: order.index(item[0][0]) if item[0][0] in order else len(order)
        )
    ]


def _kind(label: str) -> tuple[str, str]:
    """`lift_off/T7` as a lift_off at T7, `saccade_left` as a saccade to the left."""
    kind, _, detail = label.partition("/")
    stem, _, way = kind.rpartition("_")
    return (stem, way) if stem and way in WAYS and not detail else (kind, detail)
