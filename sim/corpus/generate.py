"""Generation of a corpus, or of the sessions that an earlier run did not finish."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from earloop.recordings import Corpus, CorpusPlan, create_corpus
from earloop.sim.corpus.schedulers import Scheduler, in_process


def generate(
    plan: CorpusPlan,
    path: Path | str,
    scheduler: Scheduler = in_process,
    advance: Callable[[int], None] = lambda seconds: None,
) -> Corpus:
    """Generate every session of a plan that is not at `path` yet.

    The bytes do not depend on the scheduler or on the order of the sessions.

    Parameters
    ----------
    advance : called with the number of seconds so far: first with those of earlier runs, then after each session

    Raises
    ------
    EarloopError
        `path` holds another corpus or cannot be written, or the scheduler fails. Finished sessions stay, and the same
        call continues from them. If no session was finished, the folder is removed.
    """
    corpus = create_corpus(path, plan)
    try:
        with corpus.being_written():
            finished = {planned.index for planned in corpus.finished}
            seconds = sum(plan.sessions[index].seconds for index in finished)
            advance(seconds)
            for index in scheduler(corpus, [i for i in range(len(plan.sessions)) if i not in finished]):
                seconds += plan.sessions[index].seconds
                advance(seconds)
    finally:
        if not corpus.finished:
            shutil.rmtree(corpus.path, ignore_errors=True)
    return corpus
