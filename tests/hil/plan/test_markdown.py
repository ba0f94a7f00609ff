"""The outcome of a plan as Markdown: read again by markdown-it, as a forge renders it."""

from __future__ import annotations

from html.parser import HTMLParser

from markdown_it import MarkdownIt

from earloop.hil.plan.markdown import plan_markdown

PASSED = {
    "case": "rest--emulated--reference--strict",
    "status": "pass",
    "kept": True,
    "reasons": [],
    "mismatches": 0,
    "lost_tokens": 0,
    "worst_sqnr_db": 88.63,
}
BROKEN = PASSED | {
    "case": "eating--board--reference--strict",
    "status": "could not run",
    "kept": False,
    "mismatches": None,
    "lost_tokens": None,
    "worst_sqnr_db": None,
}


class Read(HTMLParser):
    """Collects the rows, the items of lists, and the elements of a page."""

    def __init__(self, page):
        super().__init__()
        self.rows, self.items, self.elements = [], [], set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.into = self.rows[-1]
        elif tag == "li":
            self.items.append("")
            self.into = self.items
        elif tag == "h2":
            self.title = [""]
            self.into = self.title

    def handle_data(self, data):
        if data.strip():
            self.into[-1] += data


def rendered(name="nightly", verdict="pass", cases=(PASSED,)):
    return Read(MarkdownIt("gfm-like", {"linkify": False}).render(plan_markdown(name, verdict, cases)))


def test_each_case_is_a_row():
    page = rendered(cases=[PASSED, BROKEN], verdict="incomplete")
    assert page.title == ["nightly: incomplete"]
    assert page.rows == [
        ["case", "verdict", "differ", "lost", "worst SQNR, dB"],
        ["rest--emulated--reference--strict", "pass (kept)", "0", "0", "88.6"],
        ["eating--board--reference--strict", "could not run"] + [""] * 3,
    ]
    assert page.items == []


def test_the_first_reasons_follow_and_the_others_are_counted():
    reasons = [f"reason {number}" for number in range(5)]
    page = rendered(cases=[BROKEN | {"reasons": reasons}])
    case = "eating--board--reference--strict: "
    assert page.items == [f"{case}{text}" for text in ("reason 0", "reason 1", "reason 2", "and 2 more")]


def test_a_reason_is_shown_as_it_is_and_never_as_markup():
    hostile = "a|b\n# c <script>alert(1)</script> ![x](https://example.org/x.png) *d* ~~e~~ @someone `f` &amp; #12"
    page = rendered(cases=[BROKEN | {"reasons": [hostile]}])
    assert page.items == [f"{BROKEN['case']}: {' '.join(hostile.split())}"]
    assert page.elements == {"h2", "table", "thead", "tbody", "tr", "th", "td", "ul", "li"}
