r"""Text that terminals, XML and UTF-8 take, whatever stands in it.

A name may hold control characters, or bytes that are no text, which Python shows as lone surrogates. Each is written as
a backslash escape, such as `\x07`, so that a reader sees that it is there.
"""

from __future__ import annotations

import re

# All but the characters of XML 1.0, production 2.
_ILLEGAL = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def visible(text: str) -> str:
    """A text with what XML and terminals cannot take as backslash escapes."""
    return _ILLEGAL.sub(lambda found: _escape(ord(found[0])), text)


def _escape(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
