"""Generation of corpora: a plan, its sessions, and the schedulers that generate them.

`earloop.sim.corpus.cluster` loads Dask; only callers that use a cluster import it.
"""

from earloop.lazy_names import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
