"""Linear models on features, whose strength of regularisation is chosen within the training set.

Classes use logistic regression, balanced by weights; values use ridge regression, patch by patch. The features are band
power or those of a frozen encoder.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from earloop.model.protocol.inner_folds import Fold, inner_folds
from earloop.model.tasks.epochs import Epochs

FOLDS = 4
INVERSE_STRENGTHS = np.logspace(-4, 1, 6)  # of logistic regression; of equal scores the strongest wins
STRENGTHS = np.logspace(5, -1, 7)  # of ridge regression

Features = Callable[[Epochs, NDArray[np.int64]], NDArray[np.float32]]
"""Maps epochs by index to [epochs, features], or for values to [epochs, patches, features]."""


@dataclass(frozen=True)
class LinearFit:
    """A fitted pipeline of scikit-learn.

    classes : number of classes of the task; 0 for a regression
    parameters : number of fitted coefficients
    """

    pipeline: Any
    classes: int
    parameters: int

    def predict(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map [epochs, features] to probabilities [epochs, classes], or [epochs, patches, features] to values."""
        if not self.classes:
            values = self.pipeline.predict(features.reshape(-1, features.shape[-1]))
            return np.asarray(values, np.float32).reshape(*features.shape[:2], -1)
        scores = np.zeros((len(features), self.classes), np.float32)
        scores[:, self.pipeline.classes_] = self.pipeline.predict_proba(features)  # a class may be missing in training
        return scores

    def as_affine(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the pipeline as one affine map: weight [outputs, features] and bias [outputs].

        The map gives values, or logits whose softmax are the probabilities. The bias is -inf for a class that was
        missing in training.
        """
        fitted = self.pipeline if self.classes else self.pipeline.regressor_
        scaler, last = fitted[0], fitted[-1]
        weight = np.atleast_2d(last.coef_) / scaler.scale_
        bias = np.atleast_1d(last.intercept_) - weight @ scaler.mean_
        if not self.classes:
            values = self.pipeline.transformer_
            return weight * values.scale_[:, None], bias * values.scale_ + values.mean_
        if len(weight) == 1:  # for two classes scikit-learn has only the second's logit; the first's is 0
            weight, bias = np.stack([0 * weight[0], weight[0]]), np.array([0.0, bias[0]])
        all_weight, all_bias = np.zeros((self.classes, weight.shape[1])), np.full(self.classes, -np.inf)
        all_weight[self.pipeline.classes_], all_bias[self.pipeline.classes_] = weight, bias
        return all_weight, all_bias


@dataclass(frozen=True)
class FeaturePredictor:
    """A linear model on the features that `features` computes from epochs."""

    linear: LinearFit
    features: Features

    @property
    def parameters(self) -> int:
        """The number of fitted coefficients."""
        return self.linear.parameters

    def predict(self, epochs: Epochs, which: NDArray[np.int64]) -> NDArray[np.float32]:
        """Compute the features of the epochs `which`, and predict from them as `LinearFit.predict` does."""
        return self.linear.predict(self.features(epochs, which))


def fit_features(features: Features, epochs: Epochs, train: NDArray[np.int64], seed: int) -> FeaturePredictor:
    """Compute the features of the training epochs and fit to them; raises ModelError as `fit_linear` does."""
    return FeaturePredictor(fit_linear(features(epochs, train), epochs, train, seed), features)


def fit_linear(features: NDArray[np.float32], epochs: Epochs, train: NDArray[np.int64], seed: int) -> LinearFit:
    """Fit a linear model to the training epochs' features.

    Parameters
    ----------
    features : features of the epochs `train`: [train, features] for classes, [train, patches, features] for values

    Raises
    ------
    ModelError
        There are too few epochs to choose the regularisation.
    """
    folds = inner_folds(epochs, train, FOLDS, seed)
    target = epochs.target[train]
    return (
        _fit_classes(features, target, folds, len(epochs.classes))
        if epochs.classes
        else _fit_values(features, target, folds)
    )


def _fit_classes(features: NDArray[np.float32], target: NDArray[Any], folds: list[Fold], classes: int) -> LinearFit:
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=2000))
    grid = {"logisticregression__C": INVERSE_STRENGTHS}
    best = GridSearchCV(pipeline, grid, cv=folds, scoring="neg_log_loss").fit(features, target).best_estimator_
    return LinearFit(best, classes, best[-1].coef_.size + best[-1].intercept_.size)


def _fit_values(features: NDArray[np.float32], target: NDArray[Any], folds: list[Fold]) -> LinearFit:
    patches = features.shape[1]
    row_folds = [tuple(np.ravel(side[:, None] * patches + np.arange(patches)) for side in fold) for fold in folds]
    scaled = TransformedTargetRegressor(make_pipeline(StandardScaler(), Ridge()), transformer=StandardScaler())
    grid = {"regressor__ridge__alpha": STRENGTHS}
    search = GridSearchCV(scaled, grid, cv=row_folds, scoring="neg_mean_squared_error")
    best = search.fit(features.reshape(-1, features.shape[-1]), target.reshape(-1, target.shape[-1])).best_estimator_
    ridge = best.regressor_[-1]
    return LinearFit(best, 0, ridge.coef_.size + ridge.intercept_.size)
