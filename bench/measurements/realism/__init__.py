"""Do synthetic signals look real? A classifier tries to separate them from real ones; see `classifier`."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from bench.measurements.realism.classifier import area_under_roc, real_against_real
from bench.measurements.realism.peers import PEERS, peer_windows
from bench.measurements.realism.windows import our_windows, real_windows
from bench.table import ResultRow

NEEDS = ()
REAL_DATA = "EARLOOP_REAL_DATA"
SEEDS = (1, 2, 3, 4, 5)


def measure() -> list[ResultRow]:
    """Compare ours, the peers, and halves of the real recordings with real recordings."""
    folder = os.environ.get(REAL_DATA)
    if not folder:
        return [ResultRow(what="Looks real", value=None, against=f"{REAL_DATA} names no folder of real recordings")]
    real = real_windows(Path(folder))
    against = "real TP9 and TP10, people held out; 0.5: cannot be told apart"
    ours = float(np.mean([area_under_roc(real, our_windows(seed)) for seed in SEEDS]))
    title = f"Looks real: ours, area under ROC, mean of {len(SEEDS)} seeds"
    rows = [ResultRow(what=title, value=ours, against=against, at_most=0.75)]
    rows += [
        ResultRow(
            what=f"Looks real: {name}, area under ROC",
            value=area_under_roc(real, peer_windows(name)),
            against=against,
        )
        for name in PEERS
    ]
    among = "random halves of the real recordings, recordings held out"
    return [
        *rows,
        ResultRow(what="Looks real: real against real, area under ROC", value=real_against_real(real), against=among),
    ]
