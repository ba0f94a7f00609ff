"""Names that people and programs write in two ways: of persons, sessions and folds, and the labels of events.

Unicode writes `Zoë` in two ways, tables end cells with spaces, and one person types `ana` where another typed `Ana`.
Taken as two people, one person would be learned from and tested; taken as two classes, one kind of event would be two.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace

from earloop.model.config import ModelError
from earloop.model.tasks.own.labelled_recording import LabelledRecording
from earloop.recordings import Annotation

NO_LABEL = ("", "n/a")  # the second is BIDS' word for a cell without a value
WHO = ("subject", "session", "fold")


class Spellings:
    """The names seen so far; a name that is another's but for its spelling is refused."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, ...], tuple[str, str]] = {}

    def cleaned(self, labelled: LabelledRecording) -> LabelledRecording:
        """Return a recording whose names have one form of Unicode, and no space at their ends.

        Raises
        ------
        ModelError
            A name differs from an earlier one in case, spaces or forms of letters alone.
        """
        clean = replace(
            labelled,
            subject=cleaned(labelled.subject),
            session=cleaned(labelled.session),
            run=cleaned(labelled.run),
            fold=cleaned(labelled.fold),
        )
        for field in WHO:
            name = getattr(clean, field)
            within = (key_of(clean.subject),) if field == "session" else ()  # each person has sessions of their own
            other, file = self._seen.setdefault((field, *within, key_of(name)), (name, clean.name))
            if other != name:
                raise ModelError(
                    f"{clean.name}: {field} {name!r}, but {file} has {other!r}: write one name in one way, or a "
                    "split would take one for two; if they are two, give them names that differ in more than case "
                    "and spaces"
                )
        return clean


def labelled_events(events: Iterable[Annotation]) -> tuple[tuple[Annotation, ...], int]:
    """Return the events with a label, in one form of Unicode and without spaces at its ends, and how many have none."""
    clean = [replace(event, label=cleaned(event.label)) for event in events]
    kept = tuple(event for event in clean if event.label.lower() not in NO_LABEL)
    return kept, len(clean) - len(kept)


def refuse_two_spellings(labels: Mapping[str, int]) -> None:
    """Refuse labels, given with their counts, of which two differ in case, spaces or forms of letters alone.

    Raises
    ------
    ModelError
        There are such labels.
    """
    seen: dict[str, str] = {}
    for label in labels:
        other = seen.setdefault(key_of(label), label)
        if other != label:
            raise ModelError(
                f"labels {other!r} ({labels[other]}) and {label!r} ({labels[label]}) differ only in case or spaces: if "
                f"they are one class, say so: --events '{other},{label}={other},...'; if they are two, name both"
            )


def cleaned(name: str) -> str:
    """Return a name in Unicode's composed form, without spaces at its ends."""
    return unicodedata.normalize("NFC", name).strip()


def key_of(name: str) -> str:
    """Return what two spellings of one name share."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
