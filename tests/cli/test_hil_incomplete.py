"""`earloop hil run` on an earbud that is unplugged in mid-run: one line, status 2, and what came until then."""

from __future__ import annotations

import json

from earloop.hil.devices import open_faulty
from tests.hil.judging.test_incomplete import PulledEarbud


def test_it_ends_with_2_and_one_line_that_says_where_the_rest_is(earloop, session, fixed, tmp_path, monkeypatch):
    monkeypatch.setattr(open_faulty, "open_faulty", lambda *_: PulledEarbud(fixed, reads=40))
    out = tmp_path / "out"
    ended = earloop("hil", "run", "--device", "serial", "--recording", session, "--out", out)
    channels, error = ended.err.splitlines()
    assert (ended.status, ended.out, channels) == (2, "", "channels: T7, T9, T8, T10"), ended
    assert error.startswith("error: the port failed after sample ")
    assert f"is in {out}, marked incomplete" in ended.err
    assert json.loads((out / "summary.json").read_text())["verdict"] == "incomplete"
