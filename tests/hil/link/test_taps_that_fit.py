"""Which taps a line has room for: by the bytes of real frames."""

from __future__ import annotations

import pytest

from earloop.hil.link.taps_that_fit import FULL, line_bytes_per_s, tap_bytes_per_s, taps_that_fit
from earloop.sim.timeline import stream_of
from earloop.spec.errors import LinkError
from earloop.spec.messages import Tap

ALL = Tap.CODES | Tap.DECIMATED | Tap.NOTCHED | Tap.BANDS | Tap.TOKENS


@pytest.mark.parametrize(("tap", "mode"), [(Tap.CODES, "raw"), (Tap.BANDS, "bands"), (Tap.TOKENS, "tokens")])
def test_bytes_are_those_that_the_timeline_counts(design, tap, mode):
    stream = stream_of(design, mode)
    per_s = stream.frame_bytes * stream.frames_per_block * stream.rate_hz / stream.block_samples
    assert tap_bytes_per_s(tap, design) == pytest.approx(per_s, rel=1e-9)


def test_the_reference_line_has_no_room_for_the_bands(design):
    line = line_bytes_per_s("serial", design)
    taps = taps_that_fit(ALL, design, line)
    assert taps == Tap.CODES | Tap.TOKENS | Tap.DECIMATED | Tap.NOTCHED
    assert sum(tap_bytes_per_s(tap, design) for tap in taps) <= FULL * line
    assert taps_that_fit(ALL, design, 3 * line) == ALL


def test_of_a_line_of_unknown_speed_codes_and_tokens_are_asked(design):
    assert taps_that_fit(ALL, design, None) == Tap.CODES | Tap.TOKENS


def test_only_what_the_earbud_offers_is_asked(design):
    assert taps_that_fit(Tap.CODES | Tap.TOKENS, design, 1e6) == Tap.CODES | Tap.TOKENS


def test_an_earbud_that_keeps_its_codes_to_itself_is_one_line(design):
    with pytest.raises(LinkError, match="does not offer the tap codes"):
        taps_that_fit(Tap.TOKENS | Tap.BANDS, design, 1e6)


def test_a_line_that_is_too_slow_is_one_line(design):
    with pytest.raises(LinkError, match=r"codes and tokens are [\d,]+ bytes/s, and the line has room for 8,640"):
        taps_that_fit(ALL, design, 9600.0)
