"""How well what a detector found agrees with what was annotated."""

from collections.abc import Sequence

import numpy as np


def f1_of_spans(truth: Sequence[tuple[float, float]], found: Sequence[tuple[float, float]]) -> float:
    """F1 of spans (start, end): a hit overlaps one of the other side."""
    hit = sum(any(a < end and start < b for a, b in truth) for start, end in found)
    caught = sum(any(a < end and start < b for start, end in found) for a, b in truth)
    precision, recall = hit / max(1, len(found)), caught / max(1, len(truth))
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def f1_of_times(truth: Sequence[float], found: Sequence[float], within_s: float) -> float:
    """F1 of instants: a hit lies within a tolerance of one of the other side."""
    truth, found = np.asarray(truth), np.asarray(found)
    if not len(truth) or not len(found):
        return 0.0
    distance = np.abs(truth[:, np.newaxis] - found)
    precision, recall = (distance.min(axis=0) < within_s).mean(), (distance.min(axis=1) < within_s).mean()
    return float(2 * precision * recall / (precision + recall)) if precision + recall else 0.0
