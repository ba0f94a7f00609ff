"""The protocol of an evaluation: models, folds, metrics and their intervals."""
