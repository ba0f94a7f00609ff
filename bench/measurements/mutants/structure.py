"""The structure of a file's tokens: operands, casts, conditions, statements, and the reset values of registers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.measurements.mutants.code import Code

_VERILOG_KEYWORDS = {
    "module", "endmodule", "input", "output", "inout", "wire", "reg", "integer", "genvar", "signed",
    "parameter", "localparam", "assign", "always", "initial", "if", "else", "case", "casez", "endcase",
    "default", "begin", "end", "for", "generate", "endgenerate", "function", "endfunction", "posedge",
    "negedge", "or",
}  # fmt: skip
_C_KEYWORDS = {
    "if", "else", "for", "while", "do", "switch", "case", "default", "return", "break", "continue", "goto",
    "sizeof", "typedef", "static", "inline", "extern", "const", "volatile", "struct", "enum", "union", "void",
    "char", "short", "int", "long", "float", "double", "unsigned", "signed", "bool", "INLINE",
}  # fmt: skip
_C_TYPES = {
    "const", "volatile", "struct", "enum", "union", "void", "char", "short", "int", "long", "unsigned",
    "signed", "bool",
}  # fmt: skip
_ASSIGNS = frozenset(("=", "<=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="))
# A statement begins after one of these.
_BOUNDARIES = frozenset(("", ";", "begin", "end", "else", "endcase", "{", "}", "do"))


@dataclass(frozen=True, kw_only=True)
class Statement:
    """An assignment or a call inside a procedure, by its tokens' indices, without the semicolon.

    assigns : the index of the operator of an assignment, which may look like a comparison
    droppable : whether the other statements probably compile without it
    """

    first: int
    last: int
    assigns: tuple[int, ...]
    droppable: bool = True


def is_operand(code: Code, index: int) -> bool:
    """Return whether an operand ends with this token, so that an operator after it is binary."""
    if not 0 <= index < len(code.tokens):
        return False
    token = code.tokens[index]
    if token.kind == "name":
        return token.text not in (_VERILOG_KEYWORDS if code.verilog else _C_KEYWORDS)
    return token.kind == "number" or token.text in (")", "]", "}") or (token.text in ("++", "--") and not code.verilog)


def casts_before(code: Code, index: int) -> bool:
    """Return whether a C operator follows a cast, or the type of a declaration, so that it is unary."""
    if code.verilog:
        return False
    if code.word(index - 1) == ")":
        opened = code.partner.get(index - 1, 0)
        words = [code.word(i) for i in range(opened + 1, index - 1)]
        return bool(words) and _is_type(words[0]) and code.word(opened - 1) != "sizeof"
    return _is_type(code.word(index - 1)) or code.word(index - 2) in ("struct", "enum", "union")


def _is_type(word: str) -> bool:
    return word in _C_TYPES or word.endswith("_t")


def conditions(code: Code) -> Iterator[tuple[int, int, bool]]:
    """Yield the first and last token of each condition of an if, a while or a for, and whether it has an else."""
    for i, token in enumerate(code.tokens):
        if token.text not in ("if", "while", "for") or code.word(i + 1) != "(" or i + 1 not in code.partner:
            continue
        first, last = i + 2, code.partner[i + 1] - 1
        if token.text == "for":
            first = code.find(first, (";",)) + 1
            last = code.find(first, (";",)) - 1
        if 0 < first <= last and not (code.verilog and token.text == "for"):
            yield first, last, token.text == "if" and _has_else(code, code.partner[i + 1] + 1)


def _has_else(code: Code, body: int) -> bool:
    """Return whether an else follows the statement that begins at `body`."""
    last = code.partner.get(body, -1) if code.word(body) in ("{", "begin") else code.find(body, (";",))
    return last > 0 and code.word(last + 1) == "else"


def ternaries(code: Code) -> Iterator[tuple[int, int]]:
    """Yield the first and last token of each condition of a ? :."""
    assigns = {place for statement in statements(code) for place in statement.assigns}
    stops = _ASSIGNS - {"<="} | {",", ":", "?", ";", "return"}
    for i, token in enumerate(code.tokens):
        if token.text != "?":
            continue
        first = i
        while first > 0:
            word = code.word(first - 1)
            if word in stops or first - 1 in assigns or (word in ("(", "[", "{")):
                break
            first = code.partner.get(first - 1, first - 1) if word in (")", "]", "}") else first - 1
        if first < i:
            yield first, i - 1


def statements(code: Code) -> Iterator[Statement]:
    """Yield each assignment inside a procedure; in C also calls whose result is not used."""
    depth = 0  # of C's braces: outside of them there are only declarations
    previous = ""
    for i, token in enumerate(code.tokens):
        depth += (token.text == "{") - (token.text == "}") if not code.verilog else 0
        if (previous in _BOUNDARIES or _ends_head(code, i - 1)) and (code.verilog or depth > 0):
            statement = _statement_at(code, i)
            if statement:
                yield statement
        previous = token.text


def _ends_head(code: Code, index: int) -> bool:
    """Return whether a statement's head ends with this token: an `if (...)`, an `@(...)`, a label."""
    word = code.word(index)
    if word == ")":
        return code.word(code.partner.get(index, 0) - 1) in ("if", "while", "for", "@", "case", "switch")
    if word == ":":
        return _is_label(code, index)
    return word == "*" and code.word(index - 1) == "@"


def _is_label(code: Code, colon: int) -> bool:
    """Return whether a colon ends a case's label or a block's name, because no ? is before it in the statement."""
    i = colon - 1
    while i >= 0 and code.word(i) not in _BOUNDARIES | {"?", "case", "default", "="}:
        if _ends_head(code, i):
            return True
        i = code.partner.get(i, i) - 1 if code.word(i) in (")", "]", "}") else i - 1
    return code.word(i) not in ("?", "=")


def _statement_at(code: Code, first: int) -> Statement | None:
    token = code.tokens[first]
    keywords = _VERILOG_KEYWORDS if code.verilog else _C_KEYWORDS
    begins = token.kind == "name" or token.text in ("{", "*", "++", "--", "(")
    if not begins or token.text in keywords or (token.text == "{" and not code.verilog):
        return None
    end = code.find(first, (";",))
    if end < 0 or code.word(first + 1) in (":", ","):
        return None
    assign = code.find(first, _ASSIGNS)
    assigns = 0 < assign < end
    # Two words in sequence are a type and a name, or a module and an instance.
    if token.kind == "name" and (code.tokens[first + 1].kind == "name" or (not code.verilog and _is_type(token.text))):
        return None
    if assigns:
        return Statement(first=first, last=end - 1, assigns=(assign,))
    if code.verilog:
        return None
    steps = "++" in (token.text, code.word(end - 1)) or "--" in (token.text, code.word(end - 1))
    calls = code.word(first + 1) == "(" and code.partner.get(first + 1) == end - 1
    return (
        Statement(first=first, last=end - 1, assigns=(), droppable=token.text not in ("(",)) if steps or calls else None
    )


def resets(code: Code) -> Iterator[tuple[int, int]]:
    """Yield the first and last token of each reset value of a Verilog register."""
    for i, token in enumerate(code.tokens):
        if token.text == "if" and [code.word(i + k) for k in (1, 2, 3)] == ["(", "rst", ")"] and code.verilog:
            block = range(i + 4, code.partner.get(i + 4, i + 4) + 1)
            for statement in statements(code):
                if statement.first in block and statement.assigns:
                    yield statement.assigns[0] + 1, statement.last
