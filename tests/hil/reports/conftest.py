"""Pages of a pass, a fail and an incomplete run."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext

import pytest

from earloop.hil.devices.in_process import GoldenDevice
from earloop.hil.judging.judge import IncompleteError, judge
from earloop.hil.plan.plan import load_plan
from earloop.hil.plan.run import run_plan
from earloop.hil.reports.summary import write_report
from tests.hil.conftest import AlteredDevice
from tests.hil.judging.test_incomplete import PulledEarbud

PLAN = """
[recordings.a-short-session-that-has-a-long-name]
scenario = "short-session"
seconds = 10.0
[devices.model]
kind = "golden"
[devices.earbud]
kind = "serial"
port = "no-such-port"
"""


@pytest.fixture(scope="session")
def pages(fixed, codes_10s, tmp_path_factory):
    """The reports' pages by their verdict."""
    folder = tmp_path_factory.mktemp("pages")

    def alter(run):
        run.tokens[20:, 1, 2, 7] += 5
        return run

    verdicts = {
        "pass": judge(GoldenDevice(fixed), codes_10s, fixed),
        "fail": judge(AlteredDevice(fixed, alter), codes_10s, fixed),
    }
    with pytest.raises(IncompleteError) as caught:
        judge(PulledEarbud(fixed, reads=40), codes_10s, fixed)
    verdicts["incomplete"] = caught.value.verdict
    for name, verdict in verdicts.items():
        write_report(verdict, fixed.design, "a session.zarr", folder / name)
    return {name: folder / name / "report.html" for name in verdicts}


@pytest.fixture(scope="session")
def page_of_a_plan(fixed, tmp_path_factory):
    """Of two cases of a plan, one of which could not be run."""
    folder = tmp_path_factory.mktemp("plan")
    (folder / "nightly.toml").write_text(PLAN)
    run_plan(load_plan(folder / "nightly.toml"), folder / "out", lambda case, samples: nullcontext(lambda done: None))
    return folder / "out" / "report.html"


@pytest.fixture
def opened(chromium):
    """Opens a page at a width, offline; whatever the console complains of, or is asked of the network, fails."""

    @contextmanager
    def opening(path, width=1280, scheme="light"):
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
        page = context.new_page()
        complaints, asked = [], []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        yield page
        context.close()
        assert complaints == []
        assert asked == [path.as_uri()]

    return opening
