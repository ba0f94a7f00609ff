"""Generation of one session of a corpus from the plan alone, so that any machine can generate it, in any order.

The corpus has one `SeedSequence`, with a branch for each subject. The first child of a branch draws the person, and the
others are the sessions. The body spawns its sources from a session's sequence, and the front end's seed is drawn from
it. Equal bytes need equal libraries and a processor with the same vector instructions, because numpy's exp and sin
differ in the last bit between them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from earloop.recordings import CorpusPlan, PlannedSession, Recording, Track, open_corpus, write_session
from earloop.sim import FITS, front_end_run, truth_tracks
from earloop.synth_data import Subject, draw_subject, parse_scenario, synthesise

FRONT_END_KEY = 1  # key in a session's branch; the body spawns from key 0


def make_session(plan: CorpusPlan, planned: PlannedSession) -> tuple[Recording, dict[str, Track]]:
    """Return the recording of a session, and its truths as tracks if the plan includes them."""
    subject, seed = _subject_of(plan, planned), _seed_of(plan, planned.subject, 1 + planned.number)
    session = synthesise(
        plan.design,
        scenario=parse_scenario(plan.scenario),
        duration_s=float(planned.seconds),
        seed=seed,
        subject=subject,
        sources=plan.truth,
    )
    run = None
    if plan.unit == "codes":
        branch = np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, FRONT_END_KEY))
        front_end_seed = int(branch.generate_state(1, np.uint64)[0])
        run = front_end_run(session, plan.design, seed=front_end_seed, fit=FITS[subject.fit])
    return run.recording if run else session.recording, truth_tracks(session, run) if plan.truth else {}


def store_session(path: Path | str, index: int) -> None:
    """Generate the `index`-th session of the corpus at `path` and store it there, unless it exists already."""
    corpus = open_corpus(path)
    planned = corpus.plan.sessions[index]
    if not corpus.path_of(planned).exists():
        recording, tracks = make_session(corpus.plan, planned)
        write_session(recording, corpus.path_of(planned), tracks)


def _seed_of(plan: CorpusPlan, subject: str, child: int) -> np.random.SeedSequence:
    return np.random.SeedSequence(plan.seed, spawn_key=(int(subject) - 1, child))


def _subject_of(plan: CorpusPlan, planned: PlannedSession) -> Subject:
    return draw_subject(planned.subject, np.random.default_rng(_seed_of(plan, planned.subject, 0)))
