"""The settings and the shape of a run, from what a user asks for and from the checkpoint that the run goes on from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from earloop.model.config import ModelConfig, PretrainConfig
from earloop.model.pretraining.checkpoint import CheckpointInfo, checkpoint_file
from earloop.model.pretraining.settings import check_model, continued, shaped
from earloop.model.pretraining.start import InitialWeights
from earloop.model.pretraining.trainer import model_config
from earloop.spec.design import Design, parse_design

_SETTINGS = tuple(field.name for field in fields(PretrainConfig))
MADE = "the checkpoint was made"


def plan_run(
    design: Design, asked: Mapping[str, Any], *, begun: CheckpointInfo | None, start: InitialWeights | None, out: Path
) -> tuple[PretrainConfig, ModelConfig]:
    """Return the settings of a run and the shape of its model.

    Parameters
    ----------
    asked : what the user asks for: fields of `PretrainConfig`, and `preset`, `mixer`, `causal`
    begun : information of the checkpoint in `out` whose run goes on; all that is not asked for is taken from it
    start : weights that a new run begins with; the shape of the model is taken from it
    out : folder of the run

    Raises
    ------
    ModelError
        What is asked for differs from the checkpoint; the message names the option and both values.
    """
    settings = {name: value for name, value in asked.items() if name in _SETTINGS}
    choices = {name: value for name, value in asked.items() if name not in _SETTINGS}
    if begun is not None:
        path = checkpoint_file(out)
        check_model(path, begun.model, shaped(begun.model, choices))
        return continued(path, begun.training, settings), begun.model
    if start is not None:
        check_model(Path(start.origin.path), start.model, shaped(start.model, choices), MADE)
        return PretrainConfig(**settings), start.model
    return PretrainConfig(**settings), model_config(design, **choices)


def design_of(info: CheckpointInfo) -> Design | None:
    """Return the design of a checkpoint's tokens; None for one that holds only its hash."""
    return None if info.format.design is None else parse_design(info.format.design)
