"""The learning rate of each step, and the legs of a run that was lengthened.

A run is one leg, or several if it was resumed with more steps than it was begun with. In each leg the rate warms up in
a line to its highest value, from 0 in the first leg and from the last rate of the leg before in the others. It then
falls along half a cosine to a tenth at the leg's end. So a run that was lengthened depends only on the numbers of steps
that it was given, not on where it was interrupted. Warming up again and decaying again is the usual way to continue a
pretraining (Ibrahim et al. 2024, arXiv 2403.08763).
"""

from __future__ import annotations

import math

from earloop.model.config import PretrainConfig


def rate_of(step: int, config: PretrainConfig) -> float:
    """Return the learning rate of a step, counted from 0."""
    first, begin = 0.0, 0
    for end in leg_ends(config):
        if step < end:
            break
        first, begin = _rate_in_leg(end - 1, begin, end, first, config), end
    else:
        raise ValueError(f"step {step}: the run has {config.steps}")
    return _rate_in_leg(step, begin, end, first, config)


def leg_ends(config: PretrainConfig) -> tuple[int, ...]:
    """Return the number of steps at which each leg of a run ends."""
    return (*config.legs, config.steps)


def last_leg(config: PretrainConfig) -> str:
    """Describe the rate of a run's last leg in words, for a run that was lengthened."""
    begin, highest = config.legs[-1], config.learning_rate
    warm = min(config.warmup_steps, config.steps - begin)
    return (
        f"from step {begin} the learning rate warms up again, from {rate_of(begin - 1, config):.3g} to {highest:g} in "
        f"{warm} steps, then falls along half a cosine to {highest / 10:g} at step {config.steps}"
    )


def _rate_in_leg(step: int, begin: int, end: int, first: float, config: PretrainConfig) -> float:
    """Return the rate of a step of the leg from step `begin` to `end`, which warms up from the rate `first`."""
    done, length = step - begin, end - begin
    if done < config.warmup_steps:
        return first + (config.learning_rate - first) * (done + 1) / config.warmup_steps
    progress = (done - config.warmup_steps) / max(1, length - config.warmup_steps)
    return config.learning_rate * (0.55 + 0.45 * math.cos(math.pi * progress))
