"""Windows of token streams: their places, their scale, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from earloop.model.config import ModelError
from earloop.model.pretraining.holdout import hold_out
from earloop.model.tokens.token_stream import TokenStream
from earloop.model.tokens.windows import band_scale, cut_windows
from tests.model.pretraining.made import FORMAT, SMALL, tone_stream

ONES = np.ones(3, np.float32)


def counted(ticks):
    """A stream of which every sample is another number."""
    samples = np.arange(ticks * 6, dtype=np.int16).reshape(ticks, 2, 3)
    return TokenStream(format=FORMAT, samples=samples, notched_uv=np.zeros((ticks, 2), np.float32), name="counted")


def test_a_window_holds_the_tokens_of_its_place():
    stream = counted(120)
    windows = cut_windows((stream,), SMALL, hop=7, scale=np.array([1, 2, 4], np.float32))
    assert len(windows) == (120 - 40) // 7 + 1
    found = windows.batch([2])[0]
    assert found.shape == (3, 2, 4, 10)
    for band, channel, patch, sample in np.ndindex(3, 2, 4, 10):
        wanted = stream.samples[14 + 10 * patch + sample, channel, band] / (1, 2, 4)[band]
        assert found[band, channel, patch, sample] == wanted


def test_windows_begin_anywhere_but_span_no_two_streams():
    streams = (counted(45), counted(39), counted(41))
    windows = cut_windows(streams, SMALL, scale=ONES)
    places = [windows.place(i) for i in range(len(windows))]
    assert [start for _, start in places] == [0, 1, 2, 3, 4, 5, 0, 1]
    assert [stream is streams[2] for stream, _ in places] == [False] * 6 + [True] * 2


def test_windows_are_spread_evenly_over_all():
    windows = cut_windows((counted(140),), SMALL, scale=ONES)
    assert windows.spread(3) == [0, 50, 100]
    assert windows.spread(1000) == list(range(101))


def test_a_band_is_scaled_to_unit_size():
    windows = cut_windows((tone_stream(),), SMALL, hop=5)
    assert windows.batch(list(range(60))).std(dim=(0, 2, 3, 4)) == pytest.approx([1, 1, 1], abs=0.05)


def test_a_silent_band_is_divided_by_one_step():
    assert band_scale((replace(tone_stream(), samples=np.zeros((400, 2, 3), np.int16)),)).tolist() == [1, 1, 1]


def test_streams_that_do_not_fit_are_refused():
    with pytest.raises(ModelError, match="3 patches: a window needs 4"):
        cut_windows((tone_stream(39),), SMALL)
    with pytest.raises(ModelError, match=r"made: its tokens have 2 channels, but the model takes 4$"):
        cut_windows((tone_stream(),), replace(SMALL, channels=4))
    with pytest.raises(
        ModelError, match=r"b: its rate is 250 Hz, not 200 Hz as in made; wanted streams of one format$"
    ):
        cut_windows((tone_stream(), tone_stream(name="b", fmt=replace(FORMAT, rate_hz=250.0))), SMALL)
    with pytest.raises(ModelError, match="no token streams"):
        cut_windows((), SMALL)


def people(subjects=1, sessions=1, runs=1):
    return tuple(
        tone_stream(50, name=f"{s}{t}{r}", subject=f"s{s}", session=f"t{t}", run=f"r{r}")
        for s in range(subjects)
        for t in range(sessions)
        for r in range(runs)
    )


@pytest.mark.parametrize(("counts", "level"), [((10, 2, 2), "subject"), ((1, 10, 2), "session"), ((1, 1, 10), "run")])
def test_whole_people_are_held_out_or_else_sessions_or_else_recordings(counts, level):
    streams = people(*counts)
    learned, held = hold_out(streams, 0.2)
    assert {getattr(s, level) for s in learned}.isdisjoint({getattr(s, level) for s in held})
    assert len({getattr(s, level) for s in held}) == 2
    assert sorted(s.name for s in learned + held) == [s.name for s in streams]


def test_what_is_held_out_does_not_depend_on_order_and_hardly_on_who_else_is_there():
    few, many = people(20), people(21)
    held = {s.name for s in hold_out(few, 0.2)[1]}
    assert {s.name for s in hold_out(few[::-1], 0.2)[1]} == held
    assert len({s.name for s in hold_out(many, 0.2)[1]} & held) >= len(held) - 1


def test_of_one_recording_nothing_is_held_out_and_never_all():
    learned, held = hold_out(people(), 0.5)
    assert (len(learned), len(held)) == (1, 0)
    assert hold_out(people(5), 0.0)[1] == ()
    assert len(hold_out(people(2), 0.99)[0]) == 1
