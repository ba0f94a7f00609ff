"""Docstrings, signatures and help texts as Sphinx gets them."""

from __future__ import annotations

import inspect
import re
from importlib import import_module

import pytest
from docutils.core import publish_doctree

from earloop import epochs
from earloop.hil import CriterionState, Tolerances
from earloop.model import SklearnModel
from earloop.recordings import CorpusPlan, Recording, StoredSession
from earloop.sim.ads1299 import ChipRegister, Mux, Opcode
from earloop.sim.timeline import FrameFate
from earloop.spec import Design
from earloop.synth_data import STAGES
from tools.site import api, describe_page
from tools.site.described import constant
from tools.site.docstrings import with_meanings_below, with_names_as_code, with_results_as_text
from tools.site.links import back_from_source
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


def test_a_constant_has_the_docstring_below_it_and_its_assignment_not_the_docstring_of_its_type():
    lines = ["tuple() -> an empty tuple"]
    with_meanings_below(None, "data", "earloop.synth_data.STAGES", STAGES, None, lines)
    assert lines[0].startswith("The stages of sleep")
    assert eval(lines[-2].partition(" = ")[2]) == STAGES


def test_every_public_constant_has_a_meaning_below_it():
    for package in api.packages():
        room = import_module(package)
        for name in room.__all__:
            value = getattr(room, name)
            if not (inspect.ismodule(value) or inspect.isclass(value) or inspect.isroutine(value)):
                assert constant(f"{package}.{name}")[0].endswith(".")


def test_a_constant_without_a_docstring_is_named():
    with pytest.raises(ValueError, match=r"earloop\.spec\.design\.Count: the code does not say what it means"):
        constant("earloop.spec.design.Count")


@pytest.mark.parametrize("members", [Mux, Opcode, ChipRegister, FrameFate, CriterionState])
def test_the_page_of_an_enumeration_has_each_member_with_value_and_meaning_and_no_signature(members):
    lines = [str(members.__doc__)]
    with_meanings_below(None, "class", "a name", members, None, lines)
    cells = re.findall(r"^   \* - ``(.*)``\n     - ``(.*)``\n     - (\S.*)$", "\n".join(lines), re.MULTILINE)
    assert [(name, eval(value)) for name, value, _ in cells] == [(member.name, member.value) for member in members]
    assert signature("class", members) == ("", "")


def test_the_page_of_the_limits_explains_each():
    lines = [str(Tolerances.__doc__)]
    with_meanings_below(None, "class", "Tolerances", Tolerances, None, lines)
    assert set(Tolerances.model_fields) <= set(lines)


def test_a_signature_has_no_limits_and_names_functions():
    arguments, _ = signature("class", Tolerances)
    assert "min_sqnr_db: ~collections.abc.Mapping[str, float] = {}" in arguments
    assert "min_cosine: float | None = None" in arguments
    assert "bands: tuple[~earloop.spec.design.Band, ...]" in signature("class", Design)[0]
    assert signature("class", SklearnModel)[0].endswith("inputs: Inputs = signals_of)")


def test_a_result_of_two_lines_is_one_text():
    lines = ["Returns", "-------", "The epochs; and what", "was left out.", "", "More."]
    with_meanings_below(None, "function", "epochs", epochs, None, lines)
    assert lines == ["Returns", "-------", "The epochs; and what was left out.", "", "More."]
    shown = [":Returns:", "", "    The epochs", "        ..", ""]
    with_results_as_text(None, "function", "epochs", epochs, None, shown)
    assert shown == [":Returns:", "", "    The epochs", ""]


def test_an_example_below_a_section_has_a_heading():
    for package in api.packages():
        room = import_module(package)
        for name in room.__all__:
            value = getattr(room, name)
            for thing in (value, *vars(value).values()) if inspect.isclass(value) else (value,):
                before, example, _ = (inspect.getdoc(thing) or "").partition(">>> ")
                if example and "\n---" in before:
                    assert re.findall(r"^(\w+)\n-+$", before, re.MULTILINE)[-1] == "Examples", name


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


def test_a_source_view_leads_to_the_anchor_that_its_page_has():
    kept = '<a href="names/earloop.model.Embeddings.html#earloop.model.Embeddings.write">'
    context = {"body": f'{kept}<a href="../names/earloop.model.embed.html#earloop.embed">'}
    back_from_source(None, "_modules/earloop/model/export/embed", "page.html", context, None)
    assert context["body"] == f'{kept}<a href="../names/earloop.model.embed.html#earloop.model.embed">'


def test_a_page_is_described_by_its_first_paragraph():
    context = {"metatags": ""}
    describe_page(None, "a page", "page.html", context, publish_doctree("Title\n=====\n\nA `b` & c,\nand d.\n\nMore."))
    assert context["metatags"] == '<meta name="description" content="A b &amp; c, and d.">'
