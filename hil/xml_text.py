"""XML that every reader accepts, whatever names stand in it.

A name may hold what XML cannot, a control character, or what UTF-8 cannot, a byte of a file name that is no text. Such
a character is written as a backslash escape, so that a reader sees that it is there.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

# All but the characters of XML 1.0, production 2; surrogates stand for bytes that are no UTF-8.
_ILLEGAL = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def xml_bytes(root: ElementTree.Element) -> bytes:
    """An element as an XML file, UTF-8; what XML cannot hold is escaped, in the element, too."""
    for element in root.iter():
        element.attrib = {name: visible(value) for name, value in element.attrib.items()}
        element.text = visible(element.text) if element.text is not None else None
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def visible(text: str) -> str:
    """A text with what XML cannot hold as backslash escapes."""
    return _ILLEGAL.sub(lambda found: found[0].encode("ascii", "backslashreplace").decode(), text)
