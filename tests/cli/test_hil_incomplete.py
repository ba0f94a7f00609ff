"""`earloop hil run` on an earbud that is unplugged in mid-run: one line, status 2, and what came until then."""

from __future__ import annotations

import json

from earloop.hil.devices import open_faulty
from tests.hil.judging.test_incomplete import PulledEarbud


def test_it_ends_with_2_and_one_line_that_says_where_the_rest_is(earloop, session, fixed, tmp_path, monkeypatch):
    monkeypatch.setattr(open_faulty, "open_faulty", lambda *_: PulledEarbud(fixed, reads=40))
    out = tmp_path / "out"
    ended = earloop("hil", "run", "--device", "serial", "--recording", session, "--out", out)
    assert (ended.status, ended.out, ended.err.count("\n")) == (2, "", 1), ended
    assert ended.err.startswith("error: the port failed after sample ")
    assert f"is in {out}, marked incomplete" in ended.err
    assert json.loads((out / "summary.json").read_text())["verdict"] == "incomplete"
