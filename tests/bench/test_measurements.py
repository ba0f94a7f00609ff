"""What is measured is what it is said to be."""

from __future__ import annotations

import re

import pytest
import torch

from bench.machine import describe_machine
from bench.measurements.scan import parallel_scan, random_inputs
from bench.measurements.training import OTHERS, model_of
from bench.timing import median_seconds
from earloop.model.network.mamba import Mamba
from earloop.model.network.scan import scan_reference


def test_functions_take_turns_and_the_first_round_does_not_count(monkeypatch):
    clock, calls = [0.0], []
    monkeypatch.setattr("time.perf_counter", lambda: clock[0])

    def job(name, seconds):
        def call():
            calls.append(name)
            clock[0] += next(seconds)

        return call

    slow, fast = iter([100.0, 3.0, 9.0, 4.0]), iter([100.0, 1.0, 1.0, 50.0])
    assert median_seconds(job("slow", slow), job("fast", fast), rounds=3) == (4.0, 1.0)
    assert calls == ["slow", "fast"] * 4


def test_the_parallel_scan_is_the_same_scan():
    inputs = random_inputs(2, 7, 5, 4)
    torch.testing.assert_close(parallel_scan(*inputs), scan_reference(*inputs))


THEIR_NAMES = {"conv": "conv1d", "a_log": "A_log", "d": "D"}  # of parameters that we call otherwise


@pytest.mark.parametrize("kind", OTHERS)
def test_others_blocks_are_the_same_block(kind):
    """With our weights they give what ours gives."""
    torch.manual_seed(0)
    config = model_of(kind, patches=1)
    ours, theirs = Mamba(config), OTHERS[kind](config)
    named = {}
    for name, tensor in ours.state_dict().items():
        first, dot, rest = name.partition(".")
        named[THEIR_NAMES.get(first, first) + dot + rest] = tensor
    theirs.load_state_dict(named)
    tokens = torch.randn(2, 9, config.d_model)
    torch.testing.assert_close(theirs(tokens), ours(tokens), rtol=1e-4, atol=1e-5)


def test_the_machine_is_one_line_with_its_cores():
    assert re.fullmatch(r".+, \d+ cores; \w+, Python 3\.\d+\.\d+; load average [\d.]+ before .+", describe_machine())
