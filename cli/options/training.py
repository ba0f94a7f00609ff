"""Options of `earloop pretrain`: the settings of a run, and the processors that it uses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from earloop.cli.options.files import as_one
from earloop.model.config import MIXERS, PRECISIONS, PRESETS, STRATEGIES, Machines, PretrainConfig

DEFAULTS, HERE = PretrainConfig(), Machines()
_COUNT = click.IntRange(min=1)


def _setting(name: str, kind: Any, about: str, default: object) -> Callable[..., Any]:
    """Return the option of a setting, which is None unless it is given; the checkpoint of a run knows the others."""
    about = f"{about}  [default: {default}, or that of the checkpoint]"
    return click.option(f"--{name.replace('_', '-')}", name, type=kind, help=about)


_SETTINGS = (
    _setting("preset", click.Choice(list(PRESETS)), "Size of the model.", "tiny"),
    _setting("mixer", click.Choice(MIXERS), "Layer that mixes the tokens.", "mamba1"),
    click.option(
        "--causal",
        is_flag=True,
        default=None,
        help="Use past tokens alone, so that tokens can be encoded as they arrive.",
    ),
    _setting(
        "steps",
        _COUNT,
        "Steps in all. --resume with more steps than before lengthens a run: after its last step the learning rate "
        "warms up again to the highest, then falls along half a cosine to a tenth at the new end.",
        DEFAULTS.steps,
    ),
    _setting("batch", _COUNT, "Windows per step, over all devices.", DEFAULTS.batch),
    _setting("learning_rate", float, "Highest learning rate.", DEFAULTS.learning_rate),
    _setting("mask_ratio", float, "Share of tokens to hide.", DEFAULTS.mask_ratio),
    _setting(
        "validate_every", _COUNT, "Steps between two validations on the people held out.", DEFAULTS.validate_every
    ),
    _setting(
        "patience",
        click.IntRange(min=0),
        "Stop after so many validations without a smaller held-out loss, and keep the best encoder as "
        "best.safetensors; 0 never stops.",
        DEFAULTS.patience,
    ),
    _setting("seed", int, "Seed of the weights, the batches and the masks.", DEFAULTS.seed),
)
_MACHINES = (
    click.option(
        "--devices",
        type=_COUNT,
        default=HERE.devices,
        show_default=True,
        help="Processes on each machine; this command starts them unless `torchrun` does.",
    ),
    click.option("--nodes", type=_COUNT, default=HERE.nodes, show_default=True, help="Machines."),
    click.option("--strategy", type=click.Choice(STRATEGIES), default=HERE.strategy, show_default=True),
    click.option("--precision", type=click.Choice(PRECISIONS), default=HERE.precision, show_default=True),
    click.option(
        "--save-every", type=_COUNT, default=HERE.save_every, show_default=True, help="Steps between two checkpoints."
    ),
)


def setting_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the settings of a run, as `asked`, a dictionary of those that are given."""
    names = ["preset", "mixer", "causal", "steps", "batch", "learning_rate", "mask_ratio"]
    function = as_one("asked", [*names, "validate_every", "patience", "seed"], _given)(function)
    for option in reversed(_SETTINGS):
        function = option(function)
    return function


def machine_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the processors of a run, as `machines`, a Machines."""
    function = as_one("machines", ["devices", "nodes", "strategy", "precision", "save_every"], Machines)(function)
    for option in reversed(_MACHINES):
        function = option(function)
    return function


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
