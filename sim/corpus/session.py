"""One session of a corpus: whatever it needs to know stands in the plan, so any machine can make it, in any order.

The corpus has one `SeedSequence`. From it each subject has a branch, whose first child draws the person and whose
others are the sessions; the body spawns its sources from a session's, and the front end has a number drawn from it.
Equal bytes need equal libraries and a processor with the same vector instructions, for numpy's exp and sin differ in
the last bit between them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from recordings import CorpusPlan, PlannedSession, Recording, Truth, open_corpus, write_session
from sim import FITS, convert
from synth_data import Session, Subject, draw_subject, parse_scenario, synthesise

FRONT_END_KEY = 1  # of a session's branch; the body spawns its own from key 0
TRUTH_HZ = 100  # rate of an earbud's accelerometer; gaze, lids and pulse hold nothing above half of it
SOURCES = ("eeg", "eog", "emg", "ecg")


def make_session(plan: CorpusPlan, planned: PlannedSession) -> tuple[Recording, dict[str, Truth]]:
    """The recording of a session, and, if planned, what else is known of it."""
    subject, seed = _subject_of(plan, planned), _seed_of(plan, planned.subject, 1 + planned.number)
    session = synthesise(
        plan.design,
        scenario=parse_scenario(plan.scenario),
        duration_s=float(planned.seconds),
        seed=seed,
        subject=subject,
        sources=plan.truth,
    )
    recording = session.recording
    if plan.unit == "codes":
        own = np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, FRONT_END_KEY))
        front_end_seed = int(own.generate_state(1, np.uint64)[0])
        recording = convert(session, plan.design, seed=front_end_seed, fit=FITS[subject.fit])
    return recording, _truth_of(session) if plan.truth else {}


def store_session(path: Path | str, index: int) -> None:
    """Make the `index`-th session of the corpus at `path` and put it there; one that is there already is left alone."""
    corpus = open_corpus(path)
    planned = corpus.plan.sessions[index]
    if not corpus.path_of(planned).exists():
        recording, truth = make_session(corpus.plan, planned)
        write_session(recording, corpus.path_of(planned), truth)


def _seed_of(plan: CorpusPlan, subject: str, child: int) -> np.random.SeedSequence:
    return np.random.SeedSequence(plan.seed, spawn_key=(int(subject) - 1, child))


def _subject_of(plan: CorpusPlan, planned: PlannedSession) -> Subject:
    return draw_subject(planned.subject, np.random.default_rng(_seed_of(plan, planned.subject, 0)))


def _truth_of(session: Session) -> dict[str, Truth]:
    """Sources at their full rate; motion low-passed to `TRUTH_HZ`; the rest at instants so far apart."""
    sfreq = session.recording.sfreq
    step = max(1, round(sfreq / TRUTH_HZ))
    slow = {"jaw_open": session.jaw_open, **session.truth}
    sources = {name: Truth(slow.pop(name), sfreq) for name in SOURCES}
    motion = np.asarray(resample_poly(session.acceleration_g, 1, step, axis=0), np.float32)
    instants = {name: Truth(np.asarray(values[::step], np.float32), sfreq / step) for name, values in slow.items()}
    return {"acceleration_g": Truth(motion, sfreq / step), **instants, **sources}
