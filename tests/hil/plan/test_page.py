"""A plan's page: its verdict over all, and that each case is found from it."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from earloop.hil.plan.page import overall_verdict, plan_page

NONE = {"pass": 0, "fail": 0, "not judged": 0, "could not run": 0, "not run": 0}


def case(name, status, *reasons):
    measured = (1, 0, 81.25) if status in ("pass", "fail") else (None, None, None)
    return {
        "case": name,
        "status": status,
        "reasons": reasons,
        "kept": False,
        **dict(zip(("mismatches", "lost_tokens", "worst_sqnr_db"), measured, strict=True)),
    }


@pytest.fixture
def page(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "report.html").write_text("<p>the case's own</p>")
    cases = [case("a", "pass"), case("<b>", "could not run", "no earbud & no port")]
    return plan_page("nightly", NONE | {"pass": 1, "could not run": 1}, cases, tmp_path)


class Links(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.found.append(dict(attrs)["href"])


def test_a_case_is_linked_where_it_has_a_page(page):
    assert Links(page).found == ["#main", "a/report.html"]


def test_what_a_case_says_is_text_and_never_markup(page):
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert "no earbud &amp; no port" in page


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ({"pass": 3}, "pass"),
        ({"pass": 2, "fail": 1}, "fail"),
        ({"pass": 2, "could not run": 1}, "incomplete"),
        ({"pass": 2, "not run": 1}, "incomplete"),
        ({"pass": 2, "not judged": 1}, "not judged"),
        ({"not judged": 1, "not run": 1}, "incomplete"),
        ({"fail": 1, "could not run": 1, "not run": 1}, "fail"),
    ],
)
def test_the_verdict_over_all_is_that_of_the_worst_case(counts, verdict):
    assert overall_verdict(NONE | counts) == verdict
