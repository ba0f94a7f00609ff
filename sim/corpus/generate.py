"""Make a corpus, or what an earlier run left of it to make."""

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
    """Make every session of a plan that is not at `path` yet; the same bytes whoever makes them, and in what order.

    Parameters
    ----------
    advance : told how many seconds are there so far: first those of earlier runs, then after each session

    Raises
    ------
    EarloopError
        `path` holds another corpus, cannot be written, or the scheduler fails. Finished sessions stay, and the same
        call goes on from them; where none was finished, nothing is left behind.
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
