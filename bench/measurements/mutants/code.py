"""The code in a source file, C or Verilog, as tokens with their places.

Comments, strings, compiler directives and compile-time checks are replaced by blanks of the same length before the text
is split into tokens, so that a token's place is its place in the file. The body of a macro's definition is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

_COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)

# A directive, with its continuation lines; of a definition, only the text before its body.
_C_DIRECTIVE = re.compile(
    r"^[ \t]*#[ \t]*(?:define[ \t]+\w+(?:\([^)\n]*\))?|(?!define)(?:[^\n]|(?<=\\)\n)*)", re.MULTILINE
)
_C_CHECK = re.compile(r"\b_Static_assert\s*(?=\()|\b__attribute__\s*(?=\()|\b__asm__\s*(?:volatile\s*)?(?=\()")
_VERILOG_DIRECTIVE = re.compile(r"`(?:default_nettype|include|timescale|ifdef|ifndef|else|endif|undef)\b[^\n]*")
# if (...) begin : g_check error_what_is_wrong stop (); end
_VERILOG_CHECK = re.compile(r"\bif\s*\((?:[^;])*?begin\b[^;]*?\berror_\w+\s+\w+\s*\(\s*\)\s*;\s*end\b")

_OPERATORS = (
    "<<<=", ">>>=", "<<<", ">>>", "<<=", ">>=", "===", "!==", "...", "&&", "||", "==", "!=", "<=", ">=", "<<", ">>",
    "++", "--", "->", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "**", "+:", "-:", "~&", "~|", "~^",
)  # fmt: skip
_TOKEN = re.compile(
    r"(?P<number>(?:\d[\d_]*)?'[sS]?[bodhBODH][0-9a-fA-F_]+|0[xX][0-9a-fA-F]+[uUlL]*|\d[\d_]*[uUlL]*)"
    r"|(?P<name>[A-Za-z_$`][\w$]*)"
    rf"|(?P<operator>{'|'.join(map(re.escape, _OPERATORS))}|[^\s\w])"
)
_OPENS = {"(": ")", "[": "]", "{": "}", "begin": "end", "case": "endcase", "generate": "endgenerate"}
_CLOSES = {close: open_ for open_, close in _OPENS.items()}


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token: `kind` is "number", "name" or "operator"; `text` is at [start, end) of the file."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Code:
    """A source file.

    file : its name in reports
    text : its contents
    """

    file: str
    text: str

    @property
    def verilog(self) -> bool:
        """Whether the file is Verilog, not C."""
        return self.file.endswith(".v")

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The tokens of the code, in order."""
        matches = _TOKEN.finditer(_bare(self.text, self.verilog))
        return tuple(
            Token(kind=match.lastgroup or "", text=match[0], start=match.start(), end=match.end()) for match in matches
        )

    @cached_property
    def partner(self) -> dict[int, int]:
        """The index of the matching token of each bracket, `begin`, `end` and so on, by index."""
        partners: dict[int, int] = {}
        unclosed: list[int] = []
        for i, token in enumerate(self.tokens):
            if token.text in _OPENS:
                unclosed.append(i)
            elif token.text in _CLOSES and unclosed and self.tokens[unclosed[-1]].text == _CLOSES[token.text]:
                opened = unclosed.pop()
                partners |= {opened: i, i: opened}
        return partners

    def word(self, index: int) -> str:
        """Return the text of a token; empty beyond the file's ends."""
        return self.tokens[index].text if 0 <= index < len(self.tokens) else ""

    def between(self, first: int, last: int) -> str:
        """Return the file's text from one token to another, both included."""
        return self.text[self.tokens[first].start : self.tokens[last].end]

    def find(self, start: int, wanted: Iterable[str], step: int = 1) -> int:
        """Return the index of the nearest wanted word from `start` on, outside of brackets, or -1."""
        wanted = frozenset(wanted)
        i = start
        while 0 <= i < len(self.tokens):
            word = self.tokens[i].text
            if word in wanted:
                return i
            if word in (_OPENS if step > 0 else _CLOSES):
                i = self.partner.get(i, -2)
            elif word in (_CLOSES if step > 0 else _OPENS):
                return -1
            i += step
        return -1


def _bare(text: str, verilog: bool) -> str:
    """Replace everything that is not code by blanks."""
    bare = _COMMENT_OR_STRING.sub(_blank, text)
    if verilog:
        return _VERILOG_CHECK.sub(_blank, _VERILOG_DIRECTIVE.sub(_blank, bare))
    bare = _C_DIRECTIVE.sub(_fence, bare)
    for check in _C_CHECK.finditer(bare):
        end = _closing(bare, check.end())
        bare = bare[: check.start()] + re.sub(r"[^\n]", " ", bare[check.start() : end]) + bare[end:]
    return bare.replace("\\", " ")


def _blank(match: re.Match[str]) -> str:
    """Return blanks in the same lines as a match."""
    return re.sub(r"[^\n]", " ", match[0])


def _fence(match: re.Match[str]) -> str:
    """Return blanks that begin with a semicolon, so that no statement extends over a directive."""
    return ";" + _blank(match)[1:]


def _closing(text: str, opening: int) -> int:
    """Return the place after the parenthesis that closes the one at `opening`."""
    depth = 0
    for i in range(opening, len(text)):
        depth += (text[i] == "(") - (text[i] == ")")
        if depth == 0:
            return i + 1
    return len(text)
