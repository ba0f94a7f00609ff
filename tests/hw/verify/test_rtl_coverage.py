"""What the streams of a few designs reach of the Verilog: every line, and every bit that can move."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from earloop.hw.bench.covering import covering_counts
from earloop.hw.bench.designs import PARAMETERS
from earloop.hw.bench.mismatch import first_mismatch
from earloop.hw.bench.stimuli import STIMULI
from earloop.hw.simulate.compile import COVERAGE
from earloop.hw.simulate.runner import RTL_DIR, build_runner, rtl_sources, run_rtl
from earloop.hw.verify.coverage import Point, Waiver, load_waivers, read_counts, report, total
from earloop.spec.errors import EarloopError
from earloop.spec.golden import GoldenTokenizer


@pytest.fixture(scope="module")
def counts() -> Counter[Point]:
    """The points of all runs, summed."""
    return covering_counts()


def test_every_line_is_reached_or_waived(counts):
    found = report(counts, load_waivers())
    assert [str(point) for point in found.open if not point.toggle] == []
    assert total(found.lines).percent == 100


def test_every_bit_rises_and_falls_or_is_waived(counts):
    found = report(counts, load_waivers())
    assert [str(point) for point in found.open if point.toggle] == []
    assert total(found.toggles).percent == 100


def test_every_waiver_is_needed(counts):
    assert report(counts, load_waivers()).stale == ()


def test_every_module_is_counted(counts):
    found = report(counts, load_waivers())
    assert set(found.toggles) == {path.name for path in rtl_sources()}


def test_counting_changes_nothing(designs):
    fixed = designs["one_bank"]
    codes = STIMULI["noise"](fixed.design, 400, np.random.default_rng(2))
    found = run_rtl(build_runner(fixed, parameters=PARAMETERS["one_bank"], kind=COVERAGE), fixed.design, codes)
    assert first_mismatch("tokens", found.tokens, GoldenTokenizer(fixed).push(codes).tokens) is None


def test_a_short_stream_leaves_lines_open_which_are_named(designs, tmp_path):
    fixed = designs["one_bank"]
    binary = build_runner(fixed, parameters=PARAMETERS["one_bank"], kind=COVERAGE)
    run_rtl(binary, fixed.design, np.zeros((2, 2), np.int32), coverage=tmp_path / "coverage.dat")
    found = report(read_counts(tmp_path / "coverage.dat"), ())
    source = (RTL_DIR / "patch_buffer.v").read_text("utf-8").splitlines()
    line = source.index("        if (bank_read) begin") + 1
    assert f"patch_buffer.v:{line}: if" in [str(point) for point in found.open]
    assert total(found.lines).percent < 90


DATA = (
    "# SystemC::Coverage-3\n"
    "C '\1f\2/a/saturate.v\1l\0021\1n\0029\1t\2branch\1o\2if\1h\2TOP.a' {}\n"
    "C '\1f\2/a/saturate.v\1l\0021\1n\0029\1t\2branch\1o\2if\1h\2TOP.b' 3\n"
    "C '\1f\2/a/saturate.v\1l\0027\1n\0029\1t\2toggle\1o\2in[4]:0->1\1h\2TOP.a' 0\n"
    "C '\1f\2/b/design.vh\1l\0027\1n\0029\1t\2line\1o\2case\1h\2TOP.a' 0\n"
)


def test_instances_of_a_module_count_together_and_the_header_is_left_out(tmp_path):
    (tmp_path / "coverage.dat").write_text(DATA.format(4), encoding="utf-8")
    assert read_counts(tmp_path / "coverage.dat") == {
        Point(file="saturate.v", line=1, column=9, what="if", toggle=False): 7,
        Point(file="saturate.v", line=7, column=9, what="in[4]:0->1", toggle=True): 0,
    }


def test_a_waiver_speaks_of_its_own_points_only():
    counts = {
        Point(file="saturate.v", line=7, column=9, what=f"in[{bit}]:{way}", toggle=True): 0
        for bit in (3, 4)
        for way in ("0->1", "1->0")
    }
    needed, stale = (
        Waiver(file="saturate.v", reason="r", toggles=r"in\[4\]"),
        Waiver(file="mac.v", reason="r", toggles=r"in\[4\]"),
    )
    found = report(counts, [needed, stale])
    assert {point.what for point in found.open} == {"in[3]:0->1", "in[3]:1->0"}
    assert found.stale == (stale,)
    assert (found.toggles["saturate.v"].waived, found.toggles["saturate.v"].percent) == (2, 0)


@pytest.mark.parametrize(
    "text",
    ["", "[[waiver]]\nfile = 'mac.v'\n", "[[waiver]]\nfile = 'mac.v'\nreason = ''\nline = 'x'\n", "waiver = 3"],
    ids=["empty", "no reason", "empty reason", "no list"],
)
def test_a_bad_list_of_waivers_is_one_line(text, tmp_path):
    (tmp_path / "waivers.toml").write_text(text, encoding="utf-8")
    with pytest.raises(EarloopError, match=r"waivers\.toml: ") as caught:
        load_waivers(tmp_path / "waivers.toml")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", [None, "nothing\n"], ids=["missing", "empty"])
def test_a_bad_file_of_counts_is_one_line(text, tmp_path):
    if text:
        (tmp_path / "coverage.dat").write_text(text, encoding="utf-8")
    with pytest.raises(EarloopError, match=r"coverage\.dat: "):
        read_counts(tmp_path / "coverage.dat")
