"""Whole corpora: a plan, the sessions that follow from it, and who makes them where.

`sim.corpus.cluster`, which loads Dask, is imported only by whoever wants a cluster.
"""

from sim.corpus.generate import generate
from sim.corpus.plan import plan_corpus
from sim.corpus.schedulers import Scheduler, in_process, local_processes

__all__ = ["Scheduler", "generate", "in_process", "local_processes", "plan_corpus"]
