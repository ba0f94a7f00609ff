"""A report's page in a browser: that it holds its shape, can be read in light and dark, and walked through by keyboard.

Pixels are not compared: they are of the fonts of one machine. Where the sections lie is, in `layout.json`: left edges
and widths, which follow from the style alone, within two pixels; heights, which follow from the fonts, within 30 %.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from earloop.hil.reports.plots import FAILED, PASSED

HERE = Path(__file__).parent
VERDICTS = ("pass", "fail", "incomplete")
WIDTHS = (1280, 400)
AA = 4.5  # WCAG 2.2, success criterion 1.4.3, of text of ordinary size
HEAVIEST_BYTES = 1_000_000  # of a page of ten seconds of four channels

BOXES = """() => Object.fromEntries([...document.querySelectorAll("main > section")].map((section) => {
  const box = section.getBoundingClientRect();
  return [section.id, [box.x, box.y + scrollY, box.width, box.height].map(Math.round)];
}))"""

OUTSIDE = """() => [...document.querySelectorAll("body *")].filter((element) => {
  if (element.closest(".scroll") || element.matches(".skip")) return false;
  const box = element.getBoundingClientRect();
  return box.width > 0 && (box.right > innerWidth + 1 || box.left < -1);
}).map((element) => element.tagName + ": " + element.textContent.trim().slice(0, 40))"""


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_overflows(opened, pages, verdict, width):
    with opened(pages[verdict], width) as page:
        assert page.evaluate(OUTSIDE) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_the_sections_lie_where_they_are_expected(opened, pages, width):
    expected = json.loads((HERE / "layout.json").read_text("utf-8"))[str(width)]
    with opened(pages["fail"], width) as page:
        found = page.evaluate(BOXES)
    assert list(found) == list(expected), "in this order"
    for name, (x, _, wide, high) in found.items():
        assert (x, wide) == pytest.approx((expected[name]["x"], expected[name]["width"]), abs=2), name
        assert high == pytest.approx(expected[name]["height"], rel=0.3), name
    ends = [y + high for _, y, _, high in found.values()]
    assert all(y >= end for end, (_, y, _, _) in zip(ends, list(found.values())[1:], strict=False)), "none overlap"


def test_the_verdict_and_what_it_rests_on_are_seen_without_scrolling(opened, pages):
    for verdict in VERDICTS:
        with opened(pages[verdict]) as page:
            table = page.locator("table.judged").bounding_box()
            assert table["y"] + table["height"] <= 900
            assert page.locator(".verdict").inner_text() == verdict.upper()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("verdict", VERDICTS)
def test_all_text_stands_out_from_what_is_behind_it(opened, pages, verdict, scheme):
    with opened(pages[verdict], scheme=scheme) as page:
        texts = page.evaluate(f"({(HERE / 'contrast.js').read_text('utf-8')})()")
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    on_page = [text for text in texts if not text["white"]]
    assert len(on_page) > 100
    assert any(text["inPicture"] for text in on_page)
    assert [text for text in on_page if text["ratio"] < AA] == []
    assert (paper == "rgb(20, 24, 29)") == (scheme == "dark")


@pytest.mark.parametrize("colour", [FAILED, PASSED])
def test_white_stands_out_in_the_cells_of_the_sqnr_picture(colour):
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in _channels(colour)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 1.05 / (luminance + 0.05) >= AA


def _channels(colour):
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def test_the_tab_key_reaches_all_links_and_pictures_in_the_order_in_which_they_stand(opened, pages):
    with opened(pages["fail"]) as page:
        wanted = page.evaluate("[...document.querySelectorAll('a, .scroll')].map((e) => e.ariaLabel || e.textContent)")
        reached = []
        for _ in wanted:
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.ariaLabel || document.activeElement.textContent"))
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline == "solid", f"{reached[-1]}: the focus is not seen"
        assert reached == wanted
        assert len(reached) >= 12


def test_the_skip_link_leads_past_the_navigation(opened, pages):
    with opened(pages["fail"]) as page:
        page.keyboard.press("Tab")
        assert page.locator(".skip").bounding_box()["x"] >= 0, "it shows once it is in focus"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_every_link_leads_to_a_heading_and_every_table_says_what_it_is(opened, pages):
    with opened(pages["fail"]) as page:
        for target in page.evaluate("[...document.querySelectorAll('nav a')].map((a) => a.getAttribute('href'))"):
            assert page.locator(f"{target} > h2").count() == 1, target
        tables = page.locator("table").count()
        assert tables >= 4
        assert page.locator("table > caption").count() == tables
        assert page.locator("th:not([scope])").count() == 0
        assert page.locator("h1").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_print_is_dark_on_light_without_navigation(opened, pages, scheme):
    with opened(pages["pass"], width=760, scheme=scheme) as page:
        page.emulate_media(media="print", color_scheme=scheme)
        assert not page.locator("nav").is_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(251, 251, 249)"
        assert page.evaluate(OUTSIDE) == []
        assert page.pdf(format="A4").startswith(b"%PDF")


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_page_is_light_enough_for_mail(pages, verdict):
    assert pages[verdict].stat().st_size < HEAVIEST_BYTES


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_a_plan_fits_and_can_be_read(opened, page_of_a_plan, width, scheme):
    with opened(page_of_a_plan, width, scheme) as page:
        assert page.locator(".verdict").inner_text() == "INCOMPLETE"
        assert page.locator("tbody tr").count() == 2
        assert page.evaluate(OUTSIDE) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        texts = page.evaluate(f"({(HERE / 'contrast.js').read_text('utf-8')})()")
        assert [text for text in texts if text["ratio"] < AA] == []


def test_a_case_is_reached_from_the_page_of_its_plan(chromium, page_of_a_plan):
    page = chromium.new_page()
    page.goto(page_of_a_plan.as_uri())
    page.locator("tbody a").click()
    page.wait_for_url("**/a-short-session-that-has-a-long-name--*/report.html")
    assert page.locator(".verdict").inner_text() == "PASS"
    page.close()
