"""Encoders that experiments pretrain on people who are in none of their tasks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from earloop.model.config import PretrainConfig
from earloop.model.experiments.setting import Setting
from earloop.model.finetuning.network import Pretrained
from earloop.model.network.encoder import Encoder
from earloop.model.pretraining.checkpoint import CHECKPOINT_NAME, load_encoder
from earloop.model.pretraining.trainer import model_config, pretrain
from earloop.model.tokens.token_stream import TokenStream
from earloop.spec.design import Design

# The people watch flicker and pictures, as in the real recordings, or live freely.
SCENARIOS = ("ssvep", "n170", "free-living")
# A scenario's place is part of its seed, so that its people do not depend on which other scenarios are used.
_SEEDED = (*SCENARIOS, "rest")
EQUAL = PretrainConfig().weights
PEOPLE = 1000  # difference between the seeds of pretraining and of the tasks, so that no person is in both


def pretraining_streams(
    setting: Setting, design: Design, hours: float, scenarios: tuple[str, ...] = SCENARIOS
) -> tuple[TokenStream, ...]:
    """Return the first `hours` of each scenario's corpus; fewer hours are a part of more hours."""
    budget = setting.budget
    streams: list[TokenStream] = []
    for scenario in scenarios:
        seed = PEOPLE + _SEEDED.index(scenario)
        tokens = setting.tokens(scenario, design, budget.pretrain_hours, budget.pretrain_subjects, seed=seed)
        part = tokens if hours >= tokens.hours else tokens.first_hours(hours)
        streams += [replace(stream, subject=f"{scenario}/{stream.subject}") for stream in part.streams]
    return tuple(streams)


def pretrained_encoder(
    setting: Setting,
    design: Design,
    hours: float,
    scenarios: tuple[str, ...] = SCENARIOS,
    *,
    longer: int = 1,
    weights: tuple[float, ...] = EQUAL,
) -> Pretrained:
    """Return an encoder that was pretrained on `hours` of each scenario; other arguments are as in `pretrained_on`."""
    streams = pretraining_streams(setting, design, hours, scenarios)
    about = f"{'+'.join(scenarios)}-{hours:g}h"
    return pretrained_on(setting, design, streams, about, longer=longer, weights=weights)


def pretrained_on(
    setting: Setting,
    design: Design,
    streams: tuple[TokenStream, ...],
    about: str,
    *,
    longer: int = 1,
    weights: tuple[float, ...] = EQUAL,
) -> Pretrained:
    """Return an encoder that was pretrained on streams; a checkpoint of an earlier run is used or resumed.

    Parameters
    ----------
    about : name of the streams, unique among those of the same design
    longer : factor on the budget's steps
    weights : weights of the six objectives
    """
    budget = setting.budget
    config = PretrainConfig(
        steps=longer * budget.pretrain_steps, batch=budget.pretrain_batch, seed=setting.seed, weights=weights
    )
    if weights != EQUAL:
        about += "-" + ",".join(f"{weight:g}" for weight in weights)
    name = f"{design.design_hash[:8]}-{budget.preset}-{about}-{config.steps}x{config.batch}-{config.seed}"
    out: Path = setting.folder / "pretrained" / name
    path = out / CHECKPOINT_NAME
    with setting.stage(f"pretrain on {about}", config.steps, "steps") as advance:
        done = 0

        def step(loss: float) -> bool:
            nonlocal done
            done += 1
            advance(done)
            return True

        pretrain(
            streams,
            out,
            config,
            model_config(design, budget.preset),
            resume=path.exists(),
            advance=step,
        )
    encoder, info = load_encoder(path, streams[0].format)
    return Pretrained(encoder, info.scale)


def untrained(like: Pretrained, seed: int) -> Pretrained:
    """Return an untrained encoder of the same shape."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return Pretrained(Encoder(like.encoder.config), np.array(like.scale))
