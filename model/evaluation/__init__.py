"""Evaluation: metrics with intervals, comparisons of models on the same folds, and which band carries a task."""
