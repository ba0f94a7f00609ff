"""The labels of the events that a question uses, and the errors of recordings that lack them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from earloop.model.config import ModelError
from earloop.model.tasks.own.question import LEAST_EVENTS, Question
from earloop.model.tasks.own.spelling import refuse_two_spellings
from earloop.model.tasks.own.windows import OwnRecording

NAMED = 12  # labels or files that a message names; it counts the others


def chosen_labels(found: Sequence[OwnRecording], question: Question) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the labels of the events to use, and a note on those that the user did not name.

    Raises
    ------
    ModelError
        There are no events, none of a label, or all events to use are of one class.
    """
    counts = Counter(event.label for own in found for event in own.events)
    if not counts:
        raise ModelError(
            f"no events in {listed([own.name for own in found])}: if they are in another file, name it with "
            "--events-file, or in the column events of a --manifest"
        )
    found_names = {question.named(label) for label in counts}
    if missing := [label for label in question.events if label not in found_names]:
        raise ModelError(
            f"no event {', '.join(missing)} in {listed([own.name for own in found])}; there are {counted(counts)}"
        )
    if question.events:
        _check_classes(question.events, counts, question)
        short = {label: question.named(label) for label in sorted(counts) if label not in question.events}
        return question.events, tuple(f"{label} is taken as {name}" for label, name in short.items() if name)
    least = 1 if question.is_regression or question.every_s is not None else LEAST_EVENTS
    labels = tuple(sorted(label for label, count in counts.items() if count >= least))
    if question.is_regression:
        return labels, ()
    if not labels:
        raise ModelError(f"no label occurs {LEAST_EVENTS} times; there are {counted(counts)}: name some with --events")
    refuse_two_spellings({label: counts[label] for label in labels})
    _check_classes(labels, counts, question)
    rare = Counter({label: count for label, count in counts.items() if label not in labels})
    also = f"; too rare, with fewer than {LEAST_EVENTS} events: {counted(rare)}" if rare else ""
    return labels, (f"classes are the labels of the events: {', '.join(labels)}{also}",)


def check_events(own: OwnRecording, question: Question) -> None:
    """Raise ModelError if a recording has none of the events, or an event without its value."""
    mine = [event for event in own.events if question.named(event.label) is not None]
    if not mine:
        there = Counter(event.label for event in own.events)
        raise ModelError(
            f"{own.name}: no event {' or '.join(question.events[:NAMED])}; "
            + (f"there are {counted(there)}" if there else "it has no events")
            + ": leave the file out, or use the others with --skip-bad"
        )
    if question.values is not None:
        for event in mine:
            if event.amplitude is None:
                raise ModelError(
                    f"{own.name}: the event {event.label} at {event.onset_s:.3f} s has no number as {question.values}; "
                    "wanted one for each event: complete the table, or remove the event"
                )


def listed(names: Iterable[str]) -> str:
    """Return names with commas; only the first are named, and the others counted."""
    every = list(names)
    more = f" and {len(every) - NAMED} more" if len(every) > NAMED else ""
    return ", ".join(every[:NAMED]) + more


def counted(counts: Mapping[str, int]) -> str:
    """Return labels with their counts, the most frequent first: `closed (12), open (11)`."""
    return listed(f"{label} ({count})" for label, count in sorted(counts.items(), key=lambda item: -item[1]))


def _check_classes(labels: Sequence[str], counts: Mapping[str, int], question: Question) -> None:
    if question.is_regression:
        return
    classes = {question.class_of(label) for label in labels}
    if len(classes) > 1:
        return
    used = {label for label in counts if label in labels or question.named(label)}
    others = {label: count for label, count in counts.items() if label not in used}
    number = sum(counts[label] for label in used)
    cure = (
        f"other labels are {counted(others)}: name some of them with --events"
        if others
        else "no other label occurs: add recordings or events of another class"
    )
    raise ModelError(f"one class only, {classes.pop()}, with {number} events; wanted two or more; {cure}")
