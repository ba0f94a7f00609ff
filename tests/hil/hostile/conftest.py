"""A converter on the bus of an earbud that need not be honest about it."""

from __future__ import annotations

import numpy as np
import pytest

from earloop.firmware.converter import ChipBus
from earloop.sim.ads1299 import Ads1299, FunctionInputs


@pytest.fixture
def hostile_bus():
    return ChipBus(Ads1299(FunctionInputs(), 4, rng=np.random.default_rng(3)))
