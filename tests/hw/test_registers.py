"""The registers: their benches behind APB, their access by name, and their refusals."""

from __future__ import annotations

import pytest
from cocotb_tools.check_results import get_results

from earloop.hw.registers import TokenizerRegisters
from earloop.spec.errors import EarloopError
from earloop.spec.generate import packed_token_shifts
from tests.hw.icarus import simulate


@pytest.mark.parametrize("design", ["small", "largest"])
def test_registers_behind_apb(design, designs, monkeypatch):
    fixed = designs[design]
    parameters = {
        "CHANNELS": len(fixed.design.channels),
        "BANDS": len(fixed.design.bands),
        "PATCH": fixed.design.tokens.patch,
        "TOKEN_SHIFTS": f"80'h{packed_token_shifts(fixed.token_shifts):x}",
        "DESIGN_HASH": f"256'h{fixed.design.design_hash}",
    }
    count, failed = get_results(simulate("registers", "bench_registers", fixed, monkeypatch, parameters=parameters))
    assert count == 6
    assert failed == 0


@pytest.fixture
def words():
    """A core's registers as a dictionary."""
    return {0x00: 0x4541524C, 0x04: 0x32_0C_04} | dict.fromkeys(range(8, 256, 4), 0)


def _registers(words):
    return TokenizerRegisters(words.__getitem__, words.__setitem__)


def test_what_is_no_tokenizer_is_refused(words, design):
    words[0] = 0xFFFFFFFF
    with pytest.raises(EarloopError, match="no tokenizer answers: its identity reads ffffffff, wanted 4541524c"):
        _registers(words).check(design)


def test_a_core_of_another_design_is_refused_with_both_named(words, design):
    words[0x40] = 0x01234567
    with pytest.raises(EarloopError) as refusal:
        _registers(words).check(design)
    assert "design 012345670000," in str(refusal.value)
    assert design.design_hash[:12] in str(refusal.value)


@pytest.mark.parametrize("mask", [-1, 0x10000])
def test_a_band_mask_of_other_bits_is_refused(words, mask):
    with pytest.raises(EarloopError, match="band mask"):
        _registers(words).set_band_mask(mask)


@pytest.mark.parametrize("shifts", [[1] * 11, [1] * 11 + [32], [-1] * 12])
def test_token_shifts_that_no_register_holds_are_refused(words, shifts):
    before = dict(words)
    with pytest.raises(EarloopError, match="wanted 12 values from 0 to 31"):
        _registers(words).set_token_shifts(shifts)
    assert words == before
