r"""Conversion of any text to characters that terminals, XML and UTF-8 support.

A name may contain control characters, or bytes that are not text, which Python represents as lone surrogates. Each is
replaced by a backslash escape, such as `\x07`, so that it is visible.
"""

from __future__ import annotations

import re

# All but the characters of XML 1.0, production 2.
_ILLEGAL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def visible(text: str) -> str:
    """Return a text in which backslash escapes replace characters that XML and terminals do not support."""
    return _ILLEGAL.sub(lambda found: _escape(ord(found[0])), text)


def _escape(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
