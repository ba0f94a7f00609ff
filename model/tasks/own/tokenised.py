"""The tokens of labelled recordings: each unbroken part is a stream, so that no filter runs over a gap."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from earloop.model.config import ModelError
from earloop.model.tasks.own.labelled_recording import LabelledRecording
from earloop.model.tasks.own.left_out import BadFiles
from earloop.model.tasks.own.question import Question
from earloop.model.tasks.own.spelling import Spellings, labelled_events
from earloop.model.tasks.own.windows import OwnRecording, UnbrokenPart
from earloop.model.tokens.token_stream import TokenStream
from earloop.model.tokens.tokenize import tokenize
from earloop.recordings import Annotation, Recording
from earloop.spec.design import Design

WHOLE = "the whole recording"


def tokenised(
    recordings: Iterable[LabelledRecording], question: Question, design: Design, bad: BadFiles
) -> list[OwnRecording]:
    """Return the tokens and events of each recording that can be used.

    Raises
    ------
    RecordingError
        A recording does not fit the design.
    ModelError
        Two recordings have one name or the same samples, or one person in two spellings; their rates differ, one lacks
        the channel of values, or is shorter than a patch.
    """
    found: list[OwnRecording] = []
    names: dict[bytes, str] = {}
    spellings = Spellings()
    streams = 0
    for given in recordings:
        with bad.of(given.name):
            labelled = spellings.cleaned(given)
            if labelled.name in {own.name for own in found}:
                raise ModelError(f"{labelled.name}: two recordings have this name; give each another")
            if (other := names.setdefault(_digest(labelled.recording), labelled.name)) != labelled.name:
                raise ModelError(
                    f"{labelled.name}: has the same samples as {other}; leave one out, or models would be tested on "
                    "what they learned from"
                )
            first = found[0] if found else None
            if first and not question.mixed_rates and labelled.recording.sfreq != first.sfreq:
                raise ModelError(
                    f"{labelled.name}: {labelled.recording.sfreq:g} Hz, but {first.name} has {first.sfreq:g} Hz: a "
                    "model may tell the devices apart instead of the classes; leave one kind out, or accept both "
                    "(--mixed-rates)"
                )
            own = _own(labelled, question, design, streams)
            streams += sum(part.stream is not None for part in own.parts)
            found.append(own)
    return found


def _digest(recording: Recording) -> bytes:
    """Return a hash of a recording's samples."""
    return hashlib.blake2b(np.ascontiguousarray(recording.data).data).digest()


def _own(labelled: LabelledRecording, question: Question, design: Design, streams: int) -> OwnRecording:
    """Tokenise each unbroken part of a recording; `streams` is the number of streams before it."""
    whole, name = labelled.recording, question.value_channel
    if name is not None and name not in whole.channels:
        raise ModelError(f"{labelled.name}: no channel {name} for the values; it has {', '.join(whole.channels)}")
    parts: list[UnbrokenPart] = []
    for first, end in whole.runs:
        unbroken = replace(whole, data=whole.data[first:end], gaps=(), annotations=())
        stream = _stream(labelled, unbroken, question, design)
        parts.append(
            UnbrokenPart(
                first_s=first / whole.sfreq, end_s=end / whole.sfreq, stream=stream, number=streams + len(parts)
            )
        )
        streams -= stream is None
    if all(part.stream is None for part in parts):
        raise ModelError(f"{labelled.name}: no part of it is as long as a patch, {design.patch_s:g} s")
    events, unlabelled = _events(whole, question)
    return OwnRecording(
        name=labelled.name,
        duration_s=whole.duration_s,
        parts=tuple(parts),
        events=events,
        unlabelled=unlabelled,
        sfreq=whole.sfreq,
        channel=None if name is None else np.asarray(whole.data[:, whole.channels.index(name)], np.float64),
    )


def _stream(labelled: LabelledRecording, part: Recording, question: Question, design: Design) -> TokenStream | None:
    """Return the tokens of a part; None if it is shorter than a patch. The channel of values is not an electrode."""
    if part.duration_s < design.patch_s:
        return None
    kept = [i for i, channel in enumerate(part.channels) if channel != question.value_channel]
    electrodes = replace(part, data=part.data[:, kept], channels=tuple(part.channels[i] for i in kept))
    return replace(
        tokenize(
            electrodes,
            design,
            name=labelled.name,
            subject=labelled.subject,
            session=labelled.session,
            run=labelled.run,
        ),
        fold=labelled.fold,
    )


def _events(recording: Recording, question: Question) -> tuple[tuple[Annotation, ...], int]:
    """Return the events, and how many are left out since they have no label; an event that is a value needs none."""
    if question.value_channel is not None and not question.events:
        return (Annotation(0.0, recording.duration_s, WHOLE),), 0
    if question.is_regression and not question.events:
        return recording.annotations, 0
    return labelled_events(recording.annotations)
