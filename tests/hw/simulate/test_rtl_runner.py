"""The Verilated runner: equal to the golden model over long streams, with stalls, and clear about what is wrong."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from earloop.hw import LiveRtl
from earloop.hw.bench.mismatch import AXES, first_mismatch
from earloop.hw.bench.stimuli import STIMULI
from earloop.hw.simulate import records, runner
from earloop.hw.simulate.runner import RTL_DIR, build_runner, run_rtl
from earloop.spec.design import parse_design
from earloop.spec.errors import EarloopError
from earloop.spec.golden import GoldenTokenizer

MAX_CLOCKS_PER_TICK = 1500
SLOWEST_CLOCK_HZ = 1e6


def run_both(fixed, codes, **options):
    """The RTL's run, and the golden model's taps with its counters."""
    golden = GoldenTokenizer(fixed)
    wanted = golden.push(codes)
    return run_rtl(build_runner(fixed), fixed.design, codes, **options), wanted, golden


@pytest.mark.parametrize("name", STIMULI)
def test_equals_golden_at_every_tap(name, designs):
    fixed = designs["reference"]
    codes = STIMULI[name](fixed.design, 3001, np.random.default_rng(5))
    found, wanted, golden = run_both(fixed, codes, taps=True)
    for tap in AXES:
        assert first_mismatch(tap, getattr(found, tap), getattr(wanted, tap)) is None
    assert found.saturated_inputs == golden.saturated_inputs
    assert found.saturated_bands == golden.saturated_bands.sum()
    assert found.saturated_tokens == golden.saturated_tokens.sum()
    assert found.dropped_frames == 0


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_stalls_change_nothing(seed, designs):
    fixed = designs["small"]
    codes = STIMULI["full_scale_steps"](fixed.design, 5000, np.random.default_rng(seed))
    found, wanted, _ = run_both(fixed, codes, stall_seed=seed)
    assert first_mismatch("tokens", found.tokens, wanted.tokens) is None
    assert found.clocks > run_both(fixed, codes)[0].clocks


@pytest.mark.parametrize("design", ["one_channel", "undecimated", "small"])
def test_frames_with_a_misplaced_tlast_are_dropped_counted_and_leave_no_trace(design, designs):
    fixed = designs[design]
    codes = STIMULI["noise"](fixed.design, 2000, np.random.default_rng(7))
    found, wanted, _ = run_both(fixed, codes, taps=True, misplace_seed=1, stall_seed=2)
    for tap in AXES:
        assert first_mismatch(tap, getattr(found, tap), getattr(wanted, tap)) is None
    assert found.dropped_frames > 2000 / 10


# In mid-frame while it collects, while the decimator runs, while the bank does, while a patch leaves.
@pytest.mark.parametrize(("frames", "clocks"), [(52, 1), (250, 20), (250, 60), (125, 400), (1003, 777)])
def test_after_a_reset_the_stream_begins_anew(frames, clocks, designs):
    fixed = designs["small"]
    codes = STIMULI["full_scale_steps"](fixed.design, 3000, np.random.default_rng(8))
    binary = build_runner(fixed)
    for stall_seed in (None, 1):
        found = run_rtl(
            binary,
            fixed.design,
            codes,
            taps=True,
            reset=(frames, clocks),
            stall_seed=stall_seed,
            misplace_seed=stall_seed,
        )
        alone = run_rtl(binary, fixed.design, codes[frames:], taps=True)
        wanted = GoldenTokenizer(fixed).push(codes[frames:])
        for tap in AXES:
            assert first_mismatch(tap, getattr(found, tap), getattr(wanted, tap)) is None
        assert found.saturated == alone.saturated > 0


@pytest.mark.parametrize("seed", [None, 4])
@pytest.mark.parametrize("mask", [0b0000_0000_0001, 0b1000_0100_0010, 0b0111_1111_1111])
def test_a_masked_band_sends_no_packets_and_the_others_stay_the_same(mask, seed, designs):
    fixed = designs["reference"]
    codes = STIMULI["noise"](fixed.design, 1500, np.random.default_rng(2))
    found, wanted, _ = run_both(fixed, codes, taps=True, band_mask=mask, stall_seed=seed)
    sent = [band for band in range(12) if mask >> band & 1]
    assert first_mismatch("tokens", found.tokens, wanted.tokens[:, :, sent]) is None
    assert first_mismatch("bands", found.bands, wanted.bands) is None


def test_a_mask_of_zero_lets_the_stream_run_and_nothing_out(designs):
    fixed = designs["small"]
    codes = STIMULI["noise"](fixed.design, 2000, np.random.default_rng(3))
    found, wanted, _ = run_both(fixed, codes, taps=True, band_mask=0)
    assert found.tokens.shape == (0, 2, 0, 5)
    assert first_mismatch("bands", found.bands, wanted.bands) is None


@pytest.mark.parametrize("shifts", [(0, 16, 31), (15, 1, 8)])
def test_other_token_shifts_equal_golden(shifts, designs):
    fixed = replace(designs["small"], token_shifts=shifts)
    codes = STIMULI["full_scale_steps"](fixed.design, 2000, np.random.default_rng(4))
    golden = GoldenTokenizer(fixed)
    wanted = golden.push(codes)
    found = run_rtl(build_runner(designs["small"]), fixed.design, codes, token_shifts=shifts)
    assert first_mismatch("tokens", found.tokens, wanted.tokens) is None
    assert found.saturated_tokens == golden.saturated_tokens.sum()


@pytest.mark.parametrize("shifts", [(1, 2), (1, 2, 32), (1, -2, 3)])
def test_token_shifts_that_do_not_fit_are_refused(shifts, designs):
    with pytest.raises(EarloopError, match=r"token_shifts .*: wanted 3 values from 0 to 31"):
        run_rtl(
            build_runner(designs["small"]), designs["small"].design, np.zeros((10, 2), np.int32), token_shifts=shifts
        )


def test_a_stalled_sink_holds_the_source_up_for_more_than_a_patch(designs):
    fixed = designs["small"]
    codes = STIMULI["noise"](fixed.design, 5000, np.random.default_rng(0))
    stalled = run_rtl(build_runner(fixed), fixed.design, codes, stall_seed=3)
    assert stalled.clocks_per_tick_max > fixed.design.tokens.patch * stalled.clocks_per_tick_mean


def test_the_stream_comes_by_blocks_and_progress_is_told(designs):
    fixed = designs["reference"]
    codes = STIMULI["sine"](fixed.design, 40_000, np.random.default_rng(0))
    told = []
    found, wanted, _ = run_both(fixed, codes, advance=told.append)
    assert first_mismatch("tokens", found.tokens, wanted.tokens) is None
    assert told == [*range(1000, 40_001, 1000), 40_000]
    assert found.decimated is found.notched is found.bands is None


def test_a_tick_of_four_channels_keeps_its_budget_of_clocks(designs):
    fixed = designs["reference"]
    codes = STIMULI["noise"](fixed.design, 2000, np.random.default_rng(0))
    found = run_both(fixed, codes)[0]
    assert 0 < found.clocks_per_tick_mean <= found.clocks_per_tick_max <= MAX_CLOCKS_PER_TICK


def test_the_first_tick_is_through_before_a_second_is_due_at_1_mhz(designs):
    fixed = designs["reference"]
    codes = STIMULI["noise"](fixed.design, 2000, np.random.default_rng(0))
    found = run_both(fixed, codes)[0]
    assert found.clocks_to_first_tick < 2 * SLOWEST_CLOCK_HZ / fixed.design.token_rate_hz


@pytest.mark.parametrize("samples", [0, 1, 4])
def test_a_stream_too_short_for_a_tick_gives_nothing(samples, designs):
    design = designs["reference"].design
    found = run_rtl(build_runner(designs["reference"]), design, np.zeros((samples, 4), np.int32), taps=True)
    assert found.tokens.shape == (0, 4, 12, 50)
    assert found.bands.shape == (0, 4, 12)
    assert found.saturated == 0


def test_it_is_built_once_and_again_when_the_verilog_changes(designs, tmp_path, monkeypatch):
    fixed = designs["small"]
    before = build_runner(fixed)
    stamp = before.stat().st_mtime_ns
    assert build_runner(fixed) == before
    assert before.stat().st_mtime_ns == stamp
    for path in RTL_DIR.glob("*.v"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    assert build_runner(fixed, rtl_dir=tmp_path) == before
    with (tmp_path / "mac.v").open("a", encoding="utf-8") as file:
        file.write("// changed\n")
    monkeypatch.setattr(runner, "Compiler", lambda _: pytest.fail("reached"))
    with pytest.raises(pytest.fail.Exception, match="reached"):
        build_runner(fixed, rtl_dir=tmp_path)


def test_two_that_build_at_once_get_one_whole_program(designs, tmp_path, monkeypatch):
    both_there = threading.Barrier(2)

    class SlowCompiler:
        """Writes half of its program, waits for the other, and writes the rest."""

        def __init__(self, _kind):
            pass

        def translate(self, *_):
            pass

        core = harness = translate

        def link(self, program, *_parts):
            with program.open("w", encoding="utf-8") as file:
                file.write("half,")
                file.flush()
                both_there.wait(timeout=60)
                done = list(tmp_path.glob("tokenizer-*"))
                assert not done or done[0].read_text() == "half,whole"
                file.write("whole")

    monkeypatch.setattr(runner, "BUILD_DIR", tmp_path)
    monkeypatch.setattr(runner, "Compiler", SlowCompiler)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: build_runner(designs["small"]), range(2))
    assert first == second
    assert [path.name for path in tmp_path.iterdir()] == [first.name]
    assert first.read_text() == "half,whole"


@pytest.mark.parametrize(
    ("codes", "complaint"),
    [
        (np.zeros((10, 3), np.int32), r"the codes have shape \(10, 3\): wanted \[samples, 4\]"),
        (
            np.full((10, 4), 2**23, np.int32),
            "code 8388608 at sample 0, channel 0: wanted -8388608 to 8388607, 24 bits signed",
        ),
    ],
    ids=["shape", "range"],
)
def test_codes_that_do_not_fit_are_refused(codes, complaint, designs):
    with pytest.raises(EarloopError, match=complaint):
        run_rtl(build_runner(designs["reference"]), designs["reference"].design, codes)


def test_a_program_of_another_design_is_refused(designs):
    binary = build_runner(designs["small"])
    other = parse_design({**designs["small"].design.model_dump(mode="json"), "name": "other"})
    with pytest.raises(EarloopError, match=r"built for design .* build it again"):
        run_rtl(binary, other, np.zeros((100, 2), np.int32))


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("#!/bin/sh\necho broken >&2\nexit 3\n", "died with status 3: broken"),
        ("#!/bin/sh\nkill -9 $$\n", "died with status -9: it wrote no message"),
    ],
)
def test_a_program_that_dies_is_one_line(script, complaint, designs, tmp_path):
    binary = tmp_path / "tokenizer"
    binary.write_text(script)
    binary.chmod(0o755)
    with pytest.raises(EarloopError, match=complaint) as caught:
        run_rtl(binary, designs["small"].design, np.zeros((200_000, 2), np.int32))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("exec sleep 1000", r"^simulated RTL: no output for 0\.2 s; "),
        ("exec yes", r"^simulated RTL: a record of kind \d+ and \d+ bytes is not valid; "),
        (
            r"printf '\001\000\000\000\377\377\377\377'; exec sleep 1000",
            r"record of kind 1 and 4294967295 bytes is not valid",
        ),
        (
            r"printf '\001\000\000\000\010\000\000\000abc'; exec sleep 1000",
            r"^simulated RTL: no output for 0\.2 s; ",
        ),
        ("exec >&-; exec sleep 1000", r"died with status -9: "),
    ],
)
def test_a_program_that_hangs_or_babbles_is_given_up(script, complaint, designs, tmp_path, monkeypatch):
    monkeypatch.setattr(records, "SILENCE_S", 0.2)
    monkeypatch.setattr(records, "_ENDING_S", 0.2)
    binary = tmp_path / "tokenizer"
    binary.write_text(f"#!/bin/sh\n{script}\n")
    binary.chmod(0o755)
    for run in (
        lambda: run_rtl(binary, designs["small"].design, np.zeros((200_000, 2), np.int32)),
        lambda: _push(binary, designs["small"].design),
    ):
        with pytest.raises(EarloopError, match=complaint) as caught:
            run()
        assert "\n" not in str(caught.value)


def _push(binary, design):
    with LiveRtl(binary, design) as rtl:
        rtl.push(np.zeros((20, 2), np.int32))


def test_a_missing_program_is_one_line(designs, tmp_path):
    with pytest.raises(EarloopError, match="nowhere: cannot be run"):
        run_rtl(tmp_path / "nowhere", designs["small"].design, np.zeros((10, 2), np.int32))


def test_a_missing_compiler_is_one_line(designs, tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "BUILD_DIR", tmp_path / "build")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EarloopError, match="not found on PATH"):
        build_runner(designs["small"])


def test_verilog_that_does_not_compile_is_one_line(designs, tmp_path):
    (tmp_path / "tokenizer.v").write_text("module tokenizer (input wire clk); assign nothing; endmodule\n")
    with pytest.raises(EarloopError, match=r"verilator: %Error.*tokenizer\.v:1") as caught:
        build_runner(designs["small"], rtl_dir=tmp_path)
    assert "\n" not in str(caught.value)


def test_no_verilog_is_one_line(designs, tmp_path):
    with pytest.raises(EarloopError, match="no Verilog file is in it"):
        build_runner(designs["small"], rtl_dir=tmp_path)


def test_the_caller_may_give_up_in_mid_stream(designs):
    def give_up(_):
        raise KeyboardInterrupt

    fixed = designs["small"]
    with pytest.raises(KeyboardInterrupt):
        run_rtl(build_runner(fixed), fixed.design, np.zeros((50_000, 2), np.int32), advance=give_up)
