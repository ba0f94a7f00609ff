"""Activities as bands, and events as lanes of spans and marks."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from earloop.recordings import Annotation
from earloop.sim.view.lanes import Lane
from earloop.sim.view.part import Excerpt
from earloop.sim.view.style import GREY, PALETTE, SMALL, SOURCES

NARROWEST = 0.0015  # width of an event without duration, over that of the part
LETTER_EM = 0.6  # upper estimate of a letter's width, sans-serif
MARKERS = {"left": "<", "right": ">", "up": "^", "down": "v"}
SHORTEST_TEXT = 3
MOST_ARROWS = 80  # more arrows would overlap


def draw_activities(ax: Axes, rows: Sequence[Sequence[Annotation]], part: Excerpt) -> None:
    """Draw one band for each row, with each activity's name if it fits."""
    names = list(dict.fromkeys(activity.label for row in rows for activity in row))
    for number, row in enumerate(rows):
        for activity in row:
            colour = PALETTE[names.index(activity.label) % len(PALETTE)]
            start_s, end_s = (
                max(activity.onset_s, part.start_s),
                min(activity.onset_s + activity.duration_s, part.end_s),
            )
            ax.barh(-number, end_s - start_s, 0.86, start_s, color=colour, alpha=0.28, edgecolor="white")
            text = _fitted(ax, activity.label.replace("_", " "), (end_s - start_s) / part.seconds)
            ax.text((start_s + end_s) / 2, -number, text, ha="center", va="center_baseline", fontsize=SMALL)
    ax.set_yticks([0], ["activity"])
    _bare(ax, part, len(rows))


def draw_lanes(ax: Axes, lanes: Sequence[Lane], part: Excerpt) -> None:
    """Draw one lane for each kind: spans of events, or arrows for directions, with the site or name if it fits."""
    for number, lane in enumerate(lanes):
        colour = SOURCES.get(lane.source, GREY)
        if number % 2:
            ax.axhspan(-number - 0.5, -number + 0.5, color="black", alpha=0.03, linewidth=0)
        if set(lane.details) <= set(MARKERS) and len(lane.events) <= MOST_ARROWS:
            for event, direction in zip(lane.events, lane.details, strict=True):
                middle_s = event.onset_s + event.duration_s / 2
                ax.plot(middle_s, -number, MARKERS[direction], color=colour, markersize=6, markeredgewidth=0)
            continue
        spans = [(event.onset_s, max(event.duration_s, NARROWEST * part.seconds)) for event in lane.events]
        ax.broken_barh(spans, (-number - 0.36, 0.72), color=colour, linewidth=0, label=lane.kind)
        starts_s = [event.onset_s for event in lane.events]
        for event, detail, next_s in zip(lane.events, lane.details, [*starts_s[1:], part.end_s], strict=True):
            from_s = max(event.onset_s + event.duration_s, part.start_s) + 2 * NARROWEST * part.seconds
            site = "" if detail in MARKERS else detail
            if text := _fitted(ax, site, (next_s - from_s) / part.seconds):
                ax.text(from_s, -number, text, va="center_baseline", fontsize=SMALL - 1.5, clip_on=True)
    ax.set_yticks([-i for i in range(len(lanes))], [lane.kind.replace("_", " ") for lane in lanes])
    for label, lane in zip(ax.get_yticklabels(), lanes, strict=True):
        label.set_color(SOURCES.get(lane.source, GREY))
    _name_sources(ax, lanes)
    _bare(ax, part, len(lanes))


def _name_sources(ax: Axes, lanes: Sequence[Lane]) -> None:
    """Write the source of each group of lanes to its right."""
    for source in dict.fromkeys(lane.source for lane in lanes if lane.source):
        numbers = [number for number, lane in enumerate(lanes) if lane.source == source]
        ax.text(
            1.006,
            -sum(numbers) / len(numbers),
            source,
            transform=ax.get_yaxis_transform(),
            color=SOURCES.get(source, GREY),
            va="center",
            fontsize=SMALL,
        )
        if numbers[-1] < len(lanes) - 1:
            ax.axhline(-numbers[-1] - 0.5, color=GREY, linewidth=0.4)


def _fitted(ax: Axes, text: str, share: float) -> str:
    """Return the text, shortened to a share of the axes' width; empty if too little would remain."""
    points = share * ax.get_window_extent().width / ax.figure.dpi * 72
    letters = int(points / (LETTER_EM * SMALL))
    if len(text) <= letters:
        return text
    return f"{text[: letters - 1]}…" if letters > SHORTEST_TEXT else ""


def _bare(ax: Axes, part: Excerpt, rows: int) -> None:
    ax.set_ylim(-rows + 0.5, 0.5)
    ax.set_xlim(part.start_s, part.end_s)
    ax.tick_params(axis="y", length=0, labelsize=SMALL)
    ax.tick_params(axis="x", length=0, labelbottom=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
