"""XML that every reader accepts, whatever stands in it."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import example, given
from hypothesis import strategies as st

from earloop.hil.reports.xml_text import xml_bytes
from earloop.system.text import visible

ANY_TEXT = st.text(st.characters(exclude_categories=()))  # control characters and lone surrogates, too


@given(ANY_TEXT, ANY_TEXT)
@example("\x00\x1b[31m", "caf\udce9 \ufffe")
def test_any_text_gives_a_file_that_is_read_back_visibly(name, message):
    root = ElementTree.Element("testsuite", name=name)
    ElementTree.SubElement(root, "failure", message=message).text = message
    read = ElementTree.fromstring(xml_bytes(root))
    assert read.attrib["name"] == visible(name)
    assert read[0].attrib["message"] == visible(message)
    assert (read[0].text or "") == visible(message).replace("\r\n", "\n").replace("\r", "\n")  # XML 1.0, 2.11


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0xD7FF)))
def test_plain_text_stays_as_it_is(text):
    assert visible(text) == text


def test_what_xml_cannot_hold_is_escaped():
    assert visible("a\x07b\udce9\ufffe") == "a\\x07b\\udce9\\ufffe"
