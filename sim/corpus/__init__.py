"""Whole corpora: a plan, the sessions that follow from it, and who makes them where.

`earloop.sim.corpus.cluster`, which loads Dask, is imported only by whoever wants a cluster.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
