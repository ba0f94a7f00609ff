"""Docstrings, signatures and help texts as Sphinx gets them."""

from __future__ import annotations

from docutils.core import publish_doctree

from earloop.recordings import CorpusPlan, Recording, StoredSession
from tools.site.docstrings import with_meanings_below, with_names_as_code
from tools.site.signatures import as_written


def signature(what, thing):
    return as_written(None, what, "a name", thing, None, "()", None)


def test_a_meaning_of_two_lines_is_whole_and_below_its_name():
    lines = [
        "A run.",
        "",
        "Parameters",
        "----------",
        "tokens, taps : int16, by",
        "    name",
        "more : yes",
        "",
        "x : no",
    ]
    with_meanings_below(None, "class", "Run", object(), None, lines)
    assert lines == [
        *("A run.", "", "Parameters", "----------"),
        *("tokens, taps", "    int16, by", "    name", "more", "    yes", "", "x", "    no"),
    ]


def test_a_constant_does_not_have_the_docstring_of_its_type():
    lines = ["tuple() -> an empty tuple"]
    with_meanings_below(None, "data", "STAGES", ("N1",), None, lines)
    assert lines == ["A constant: `tuple`."]


def test_a_signature_has_the_annotations_of_the_source():
    arguments, returns = signature("method", StoredSession.read)
    assert arguments == "(start: int = 0, stop: int | None = None, max_gb: float = 4.0)"
    assert returns == "NDArray[Any]"
    assert signature("method", CorpusPlan.from_facts) == ("(facts: dict[str, Any])", "CorpusPlan")
    assert "meta: dict[str, Any] = ..." in signature("class", Recording)[0]


def test_help_texts_are_read_as_plain_text_with_names_as_code():
    lines = ["Session (*.zarr), or 2 * 3; `a*b` as 'sub-{subject}_*.edf', see --init"]
    with_names_as_code(None, None, lines)
    (paragraph,) = publish_doctree(lines[0], settings_overrides={"report_level": 1}).findall(
        lambda node: node.tagname == "paragraph"
    )
    assert paragraph.astext() == "Session (*.zarr), or 2 * 3; a*b as 'sub-{subject}_*.edf', see --init"
    assert [node.astext() for node in paragraph.findall(lambda node: node.tagname == "literal")] == [
        "*.zarr",
        "'sub-{subject}_*.edf'",
        "--init",
    ]
