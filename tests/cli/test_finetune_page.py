"""The page of a fine-tuning in a browser: narrow and wide, light and dark, with many classes or with values."""

from __future__ import annotations

import re

import pytest

from earloop.cli.output.finetune_page import write_page
from earloop.model.evaluation.compare import compare
from earloop.model.finetuning.finetune import finetuning
from earloop.model.fitting.training import TrainConfig
from earloop.model.tasks.own.left_out import LeftOut, LeftOutFile
from earloop.model.tasks.splits import within_session
from earloop.system.project import ROOT
from tests.model.epochs_made import gaze_epochs, tone_epochs

AA = 4.5  # least contrast of text, WCAG 2.2
CONTRAST = (ROOT / "tests" / "hil" / "reports" / "contrast.js").read_text("utf-8")
CLASSES = ("rest", "a $5 note", "<b>bold</b>", "right-turn_of_the_whole_head", "jaw", "smile", "yawn", "cough")
LEFT_OUT = LeftOut(
    counts={("a.edf", "in a gap"): 3, ("b.edf", "in a gap"): 1, ("a.edf", "other label"): 1200},
    files=(LeftOutFile("c.edf", "500 Hz, but a.edf has <250> Hz"),),
    notes=("an epoch lasts 2 s",),
)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Pages of eight classes and of two values, by networks of three passes."""
    made = {}
    for name, epochs in (
        ("classes", tone_epochs(240, patches=1, runs=3, amplitude=6.0, classes=CLASSES)),
        ("values", gaze_epochs(30, patches=1)),
    ):
        quick = finetuning("scratch", preset="nano", config=TrainConfig(passes=3))
        comparison = compare(epochs, within_session(epochs, 2), {"PiMT scratch": quick}, 1)
        made[name] = write_page(
            comparison,
            epochs,
            split="within-session",
            left_out=LEFT_OUT,
            saliency=None,
            command="earloop finetune --recording 'a b.edf'",
            out=tmp_path_factory.mktemp(name),
        )
    return made


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [420, 1400])
@pytest.mark.parametrize("name", ["classes", "values"])
def test_the_page_fits_its_window_and_all_text_stands_out(chromium, pages, name, width, scheme):
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(pages[name].as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    texts = page.evaluate(f"({CONTRAST})()")
    assert len(texts) > 80
    assert any(text["inPicture"] for text in texts)
    assert [text for text in texts if text["ratio"] < AA] == []
    page.close()


def test_names_are_shown_as_they_are(chromium, pages):
    page = chromium.new_page()
    page.goto(pages["classes"].as_uri())
    shown = page.locator("#data").inner_text()
    assert all(name in shown for name in CLASSES)
    assert "500 Hz, but a.edf has <250> Hz" in shown
    assert re.search(r"in a gap\s+4\s+a\.edf: 3; b\.edf: 1", shown)
    assert page.locator("#command code").inner_text() == "earloop finetune --recording 'a b.edf'"
    picture = page.locator("#truth svg").text_content()
    assert "a $5 note" in picture
    assert "<b>bold</b>" in picture
    page.close()
