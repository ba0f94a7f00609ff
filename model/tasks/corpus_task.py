"""Tasks from synthetic corpora: the class of a trial, and the direction of gaze.

The first row that matches the corpus's scenario decides the classes:

| the scenario has                        | an epoch is                    | its class is                    |
|-----------------------------------------|--------------------------------|---------------------------------|
| two or more labels of activities        | a trial after its ramp         | the label                       |
| flicker or tones of several frequencies | a part of the stimulus         | the activity's name             |
| an oddball, or pictures                 | the signal after a picture     | the kind of picture             |
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from earloop.model.config import ModelError
from earloop.model.tasks.cut import Cue, cut_epochs
from earloop.model.tasks.epochs import Epochs
from earloop.model.tasks.patch_means import means_between
from earloop.model.tokens.clock import tick_at, time_of
from earloop.model.tokens.corpus_tokens import CorpusTokens, TokenisedSession
from earloop.recordings import Annotation
from earloop.synth_data import Scenario, parse_scenario
from earloop.synth_data.scenes.behaviours import Oddball, Pictures, SteadyStimulus
from earloop.synth_data.scenes.scenario import ActivityKind
from earloop.synth_data.scenes.timeline import SOFT_S
from earloop.synth_data.sources.evoked import ONSET_S, RESPONSE_S, RESPONSES

GAZE_OUTPUTS = ("gaze_x_deg", "gaze_y_deg")  # right and up are positive


@dataclass(frozen=True, kw_only=True)
class _Trials:
    """The choice of annotations that are trials.

    classes : labels of the annotations
    source : source of the annotations
    begins_s : start of an epoch after the annotation's onset
    lasts_s : duration of the shortest annotation
    """

    classes: tuple[str, ...]
    source: str
    begins_s: float
    lasts_s: float


def classification(tokens: CorpusTokens, patches: int | None = None) -> Epochs:
    """Return the classification of a corpus's scenario, with one epoch for each trial, all of one length.

    Parameters
    ----------
    patches : patches per epoch; None means as many as fit the shortest trial, at most the design's window

    Raises
    ------
    ModelError
        The scenario has no classes, a class has no trial, or epochs are longer than the trials.
    """
    plan = tokens.corpus.plan
    trials = _trials(parse_scenario(plan.scenario, str(tokens.corpus.path)))
    fits = max(1, int((trials.lasts_s - trials.begins_s) / plan.design.patch_s + 1e-6))
    patches = min(fits, plan.design.tokens.window_patches) if patches is None else patches
    if not 1 <= patches <= fits:
        raise ModelError(
            f"{plan.scenario['name']}: epochs of {patches} patches do not fit the trials; wanted 1 to {fits}"
        )
    cues = [
        Cue(i, note.onset_s + trials.begins_s, note.label)
        for i, session in enumerate(tokens.sessions)
        for note in _whole(session, trials, patches * plan.design.patch_s)
    ]
    return cut_epochs(plan.scenario["name"], plan.design, tokens.streams, cues, patches, trials.classes)


def gaze(tokens: CorpusTokens, patches: int | None = None) -> Epochs:
    """Return the regression of gaze, in degrees to the right and up, the mean over each patch; epochs are contiguous.

    Parameters
    ----------
    patches : patches per epoch; None means the design's window

    Raises
    ------
    RecordingError
        The corpus stores no truth.
    ModelError
        No session is as long as an epoch.
    """
    plan = tokens.corpus.plan
    patches = plan.design.tokens.window_patches if patches is None else patches
    patch, first = plan.design.tokens.patch, int(tick_at(plan.design, 0.0))
    stream, start, target = [], [], []
    for i, session in enumerate(tokens.sessions):
        whole = (len(session.stream) - first) // (patches * patch)
        if whole < 1:
            continue
        track = tokens.corpus.open(session.planned).read_track("gaze")
        edges_s = time_of(plan.design, first + patch * np.arange(whole * patches + 1))
        means = means_between(track.data, track.sfreq, edges_s).reshape(whole, patches, len(GAZE_OUTPUTS))
        stream += [i] * whole
        start += [first + k * patches * patch for k in range(whole)]
        target.append(means)
    return Epochs(
        task=f"{plan.scenario['name']}, gaze",
        streams=tokens.streams,
        stream=np.array(stream, np.int64),
        start=np.array(start, np.int64),
        patches=patches,
        target=np.concatenate(target) if target else np.empty((0, patches, len(GAZE_OUTPUTS)), np.float32),
        outputs=GAZE_OUTPUTS,
        design=plan.design,
    )


def _trials(scenario: Scenario) -> _Trials:
    """Choose the trials by the table at the top; raises ModelError where no row matches."""
    kinds = [kind for track in scenario.tracks for kind in track.activities]
    labelled = [kind for kind in kinds if kind.label is not None]
    if len({kind.label for kind in labelled}) > 1:
        return _Trials(
            classes=_distinct([str(k.label) for k in labelled]),
            source="scenario",
            begins_s=SOFT_S,
            lasts_s=_shortest(labelled),
        )
    steady = [k for k in kinds if any(isinstance(b, SteadyStimulus) for b in k.does.values())]
    if len({k.name for k in steady}) > 1:
        return _Trials(
            classes=_distinct([k.name for k in steady]), source="scenario", begins_s=ONSET_S, lasts_s=_shortest(steady)
        )
    for kind, prefix in ((Oddball, "p300_"), (Pictures, "n170_")):
        if any(isinstance(b, kind) for k in kinds for b in k.does.values()):
            return _Trials(
                classes=_distinct([n for n in RESPONSES if n.startswith(prefix)]),
                source="eeg",
                begins_s=0.0,
                lasts_s=RESPONSE_S,
            )
    raise ModelError(
        f"scenario {scenario.name} has no classes; wanted labelled trials, stimuli of several frequencies, an oddball "
        "or pictures"
    )


def _distinct(names: list[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def _shortest(kinds: list[ActivityKind]) -> float:
    return min(kind.duration_s[0] for kind in kinds)


def _whole(session: TokenisedSession, trials: _Trials, epoch_s: float) -> list[Annotation]:
    """Return the trials of a session that are at least as long as an epoch; the recording's end may cut the last."""
    return [
        note
        for note in session.annotations
        if note.source == trials.source
        and note.label in trials.classes
        and note.duration_s - trials.begins_s > epoch_s - 1e-6
    ]
