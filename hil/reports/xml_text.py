"""XML that every reader accepts, whatever names it contains."""

from __future__ import annotations

from xml.etree import ElementTree

from earloop.system.text import visible


def xml_bytes(root: ElementTree.Element) -> bytes:
    """Return an element as an XML file in UTF-8; characters that XML forbids are escaped, in the element, too."""
    for element in root.iter():
        element.attrib = {name: visible(value) for name, value in element.attrib.items()}
        element.text = visible(element.text) if element.text is not None else None
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
