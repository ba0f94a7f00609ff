"""XML that every reader accepts, whatever names stand in it."""

from __future__ import annotations

from xml.etree import ElementTree

from earloop.system.text import visible


def xml_bytes(root: ElementTree.Element) -> bytes:
    """An element as an XML file, UTF-8; what XML cannot hold is escaped by `visible`, in the element, too."""
    for element in root.iter():
        element.attrib = {name: visible(value) for name, value in element.attrib.items()}
        element.text = visible(element.text) if element.text is not None else None
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
