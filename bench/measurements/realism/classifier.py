"""Separation of two kinds of windows by a gradient-boosted classifier: area under its ROC, people held out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold

from bench.measurements.realism.features import features_of
from bench.measurements.realism.windows import SFREQ, RawWindows

FOLDS = 4
REPEATS = 2
MOST_SPLITS = 12
SMALLEST_LEAF = 5  # small, because a board that streams in real time gives only few windows to learn from


def area_under_roc(real: RawWindows, other: RawWindows) -> float:
    """Return the area, the mean over repeats and folds; a fold's people are not in its training.

    At 0.5 the classifier cannot separate the windows; at 1 it always can.
    """
    x = np.concatenate([features_of(real.uv, SFREQ), features_of(other.uv, SFREQ)])
    y = np.repeat([0, 1], [len(real.uv), len(other.uv)])
    people = np.concatenate([real.person, 1000 + other.person])
    return _cross_validated(x, y, people)


def real_against_real(real: RawWindows, seed: int = 1) -> float:
    """Return the area for two random halves of the real recordings, the mean over several draws.

    Recordings are the groups here, because there are too few people to split them.
    """
    rng = np.random.default_rng(seed)
    x, recordings = features_of(real.uv, SFREQ), np.unique(real.recording)
    areas = []
    for _ in range(MOST_SPLITS):
        half = rng.permutation(recordings)[: len(recordings) // 2]
        areas.append(_cross_validated(x, np.isin(real.recording, half).astype(int), real.recording, repeats=1))
    return float(np.mean(areas))


def _cross_validated(
    x: NDArray[np.float64], y: NDArray[np.int64], groups: NDArray[np.int64], repeats: int = REPEATS
) -> float:
    areas = []
    for repeat in range(repeats):
        folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=repeat)
        for train, test in folds.split(x, y, groups):
            if len(np.unique(y[test])) < 2 or len(np.unique(y[train])) < 2:
                continue
            model = HistGradientBoostingClassifier(
                max_iter=100, min_samples_leaf=SMALLEST_LEAF, class_weight="balanced", random_state=repeat
            ).fit(x[train], y[train])
            areas.append(roc_auc_score(y[test], model.predict_proba(x[test])[:, 1]))
    return float(np.mean(areas))
