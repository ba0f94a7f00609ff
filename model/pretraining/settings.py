"""The settings of a run that goes on: those of its checkpoint, which must be those that are asked for.

A message names a setting as the option of `earloop pretrain` that sets it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from earloop.model.config import PRESETS, ModelConfig, ModelError, PretrainConfig

OPTIONS = (
    *("steps", "batch", "learning_rate", "mask_ratio", "seed", "validate_every", "patience"),
    *("preset", "mixer", "causal"),
)
BEGUN = "the run was begun"


def continued(path: Path, begun: PretrainConfig, asked: Mapping[str, Any]) -> PretrainConfig:
    """Return the settings with which the run of a checkpoint goes on: its own, lengthened if more steps are asked for.

    Parameters
    ----------
    path : path of the checkpoint, for messages
    begun : settings of the checkpoint
    asked : settings that are asked for, by name; those that are not in it are taken from the checkpoint

    Raises
    ------
    ModelError
        A setting differs, or fewer steps are asked for; the message names it and both values.
    """
    for name, wanted in asked.items():
        found = getattr(begun, name)
        if wanted != found and name not in ("steps", "legs"):
            raise ModelError(f"{path}: {_said(name, wanted)}, but {BEGUN} with {_said(name, found)}")
    steps = asked.get("steps", begun.steps)
    if steps < begun.steps:
        raise ModelError(
            f"{path}: {_said('steps', steps)}, but {BEGUN} with {_said('steps', begun.steps)}; a run can only be "
            "lengthened"
        )
    longer = begun if steps == begun.steps else replace(begun, steps=steps, legs=(*begun.legs, begun.steps))
    if (legs := asked.get("legs")) and legs != longer.legs:
        raise ModelError(f"{path}: {_said('legs', legs)}, but {BEGUN} with {_said('legs', longer.legs)}")
    return longer


def shaped(model: ModelConfig, asked: Mapping[str, Any]) -> ModelConfig:
    """Return a model's shape with the choices of a user: any of `preset`, `mixer` and `causal`."""
    changes = {name: value for name, value in asked.items() if name in ("mixer", "causal")}
    if "causal" in asked:
        changes["order"] = "time_first" if asked["causal"] else "frequency_first"
    if "preset" in asked:
        changes |= asdict(PRESETS[asked["preset"]])
    return replace(model, **changes)


def check_model(path: Path, found: ModelConfig, wanted: ModelConfig, made: str = BEGUN) -> None:
    """Raise ModelError where the shape of a checkpoint's model is not the wanted one, naming a choice and both values.

    Parameters
    ----------
    made : words for how the found model came about
    """
    facts = [_choices(config) for config in (wanted, found)]
    for name in {**facts[0], **facts[1]}:
        ours, theirs = (of.get(name) for of in facts)
        if ours != theirs:
            without = f"without --{name}" if theirs is False else f"with {_said(name, theirs)}"
            raise ModelError(f"{path}: {_said(name, ours)}, but {made} {without}")


def _choices(config: ModelConfig) -> dict[str, Any]:
    """Return a model's shape as a user chooses it: a preset in place of its sizes."""
    facts = asdict(config)
    sizes = {name: facts.pop(name) for name in ("d_model", "layers")}
    names = [name for name, preset in PRESETS.items() if asdict(preset) == sizes]
    size = names[0] if names else f"{sizes['d_model']} wide, {sizes['layers']} layers"
    return {"preset": size, "mixer": facts.pop("mixer"), "causal": facts.pop("causal"), **facts}


def _said(name: str, value: Any) -> str:
    """Return a setting and its value as a user writes them."""
    option = f"--{name.replace('_', '-')}" if name in OPTIONS else name
    if isinstance(value, bool):
        return option if value else f"no {option}"
    text = (", ".join(f"{one:g}" for one in value) or "none") if isinstance(value, tuple) else str(value)
    return f"{option} {text}"
