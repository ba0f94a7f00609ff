"""The operators that make faults, each a small change of the text at one place. An operator yields all its faults.

arithmetic   + and - (also ++, +=), * to +, / to *, % to /         condition   of if, while, for: negated
shift        << and >>, >>> to >>                                  branches    of if-else or ? : swapped
relation     < and <=, > and >=, == and !=                         constant    one more or one less
logic        && and ||                                             sign        a minus, $signed, signed or the copies
bitwise      & and |, ^ to |, as reductions too                                of a sign bit dropped
negation     ! or ~ dropped                                        limit       a bound of saturation moved
reset        a register resets to the complement                   statement   an assignment or a call dropped
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.measurements.mutants.code import Code
from bench.measurements.mutants.structure import casts_before, conditions, is_operand, resets, statements, ternaries


@dataclass(frozen=True, order=True)
class Edit:
    """A fault: the text at [start, end) of a file becomes `new`."""

    start: int
    end: int
    new: str

    def apply(self, text: str) -> str:
        """Return the file's text with the fault."""
        return text[: self.start] + self.new + text[self.end :]


Operator = Callable[[Code], Iterator[Edit]]

_ARITHMETIC = {"+": "-", "-": "+", "++": "--", "--": "++", "+=": "-=", "-=": "+=", "*": "+", "/": "*", "%": "/"}
_SHIFT = {">>>": ">>", "<<<": ">>>", "<<": ">>", ">>": "<<", "<<=": ">>=", ">>=": "<<="}
_RELATION = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
_LOGIC = {"&&": "||", "||": "&&"}
_BITWISE = {"&": "|", "|": "&", "^": "|", "&=": "|=", "|=": "&=", "^=": "|="}
_LIMIT = re.compile(r"U?INT(8|16|32|64)_(MIN|MAX)")
_VERILOG_NUMBER = re.compile(r"(?:(\d+))?'([sS]?)([bodhBODH])([0-9a-fA-F_]+)")
_BASES = {"b": (2, "b"), "o": (8, "o"), "d": (10, "d"), "h": (16, "x")}


def _swap(code: Code, words: dict[str, str], *, unary: bool = False) -> Iterator[Edit]:
    """Replace each operator of `words` between two operands, or with `unary` before one, by its counterpart."""
    assignments = {place for statement in statements(code) for place in statement.assigns}
    for i, token in enumerate(code.tokens):
        if token.text not in words or (token.text == "<=" and i in assignments):
            continue
        steps = token.text in ("++", "--")
        if steps or (is_operand(code, i - 1) and not casts_before(code, i)) or (unary and code.word(i + 1) != ")"):
            yield Edit(token.start, token.end, words[token.text])


def arithmetic(code: Code) -> Iterator[Edit]:
    """Replace an arithmetic operator by another."""
    return _swap(code, _ARITHMETIC)


def shift(code: Code) -> Iterator[Edit]:
    """Reverse a shift, or make an arithmetic shift logical."""
    return _swap(code, _SHIFT)


def relation(code: Code) -> Iterator[Edit]:
    """Include or exclude the limit of a comparison, or negate an equality."""
    return _swap(code, _RELATION)


def logic(code: Code) -> Iterator[Edit]:
    """Exchange `&&` and `||`."""
    return _swap(code, _LOGIC)


def bitwise(code: Code) -> Iterator[Edit]:
    """Replace a bitwise operator by another; in C a single & before an operand takes its address, and is kept."""
    return _swap(code, _BITWISE, unary=code.verilog)


def negation(code: Code) -> Iterator[Edit]:
    """Drop a negation."""
    for token in code.tokens:
        if token.text in ("!", "~"):
            yield Edit(token.start, token.end, "")


def condition(code: Code) -> Iterator[Edit]:
    """Negate a condition without an else; with an else, this is an edit of `branches`."""
    return (_negated(code, first, last) for first, last, has_else in conditions(code) if not has_else)


def branches(code: Code) -> Iterator[Edit]:
    """Exchange the branches of an if-else or a ternary."""
    yield from (_negated(code, first, last) for first, last, has_else in conditions(code) if has_else)
    yield from (_negated(code, first, last) for first, last in ternaries(code))


def constant(code: Code) -> Iterator[Edit]:
    """Increase or decrease a number by one."""
    for token in code.tokens:
        if token.kind == "number":
            for step in (1, -1):
                changed = _stepped(token.text, step)
                if changed is not None:
                    yield Edit(token.start, token.end, changed)


def sign(code: Code) -> Iterator[Edit]:
    """Drop a minus, a signedness or a sign extension."""
    for i, token in enumerate(code.tokens):
        before_operand = not is_operand(code, i - 1) or casts_before(code, i)
        if (token.text == "-" and before_operand) or token.text in ("$signed", "signed"):
            yield Edit(token.start, token.end, "")
    yield from (Edit(start, end, "1'b0") for start, end, flipped in _copies(code) if not flipped)


def limit(code: Code) -> Iterator[Edit]:
    """Move a limit of saturation."""
    for token in code.tokens:
        if match := _LIMIT.fullmatch(token.text):
            inward = "+" if match[2] == "MIN" else "-"
            other = {"MIN": "MAX", "MAX": "MIN"}[match[2]]
            yield Edit(token.start, token.end, f"({token.text} {inward} 1)")
            if not token.text.startswith("U"):
                yield Edit(token.start, token.end, f"INT{match[1]}_{other}")
    for start, end, flipped in _copies(code):
        if flipped:
            yield Edit(start, end, "1'b0")
            yield Edit(start, end, "1'b1")


def reset(code: Code) -> Iterator[Edit]:
    """Reset a register to the complement of its value."""
    for first, last in resets(code):
        yield Edit(code.tokens[first].start, code.tokens[last].end, f"~({code.between(first, last)})")


def statement(code: Code) -> Iterator[Edit]:
    """Drop an assignment or a call."""
    for found in statements(code):
        if found.droppable:
            yield Edit(code.tokens[found.first].start, code.tokens[found.last].end, "")


OPERATORS: dict[str, Operator] = {
    operator.__name__: operator
    for operator in (
        arithmetic, shift, relation, logic, bitwise, negation, condition, branches, constant, sign, limit, reset,
        statement,
    )
}  # fmt: skip


def _negated(code: Code, first: int, last: int) -> Edit:
    return Edit(code.tokens[first].start, code.tokens[last].end, f"!({code.between(first, last)})")


def _copies(code: Code) -> Iterator[tuple[int, int, bool]]:
    """Yield the place of the bits that each `{count{bits}}` repeats, except constants, and whether they are negated.

    Negated bits are those of a saturated value.
    """
    if not code.verilog:
        return
    for i, token in enumerate(code.tokens):
        inner = code.find(i + 1, ("{", ",")) if token.text == "{" else -1
        if inner > i + 1 and code.word(inner) == "{" and code.partner.get(inner, 0) + 1 == code.partner.get(i):
            first, last = inner + 1, code.partner[inner] - 1
            if code.tokens[first].kind != "number":
                yield code.tokens[first].start, code.tokens[last].end, code.word(first) in ("!", "~")


def _stepped(text: str, step: int) -> str | None:
    """Return a literal changed by `step`, in its base and width; None if the result is not new and valid."""
    if match := _VERILOG_NUMBER.fullmatch(text):
        bits, signed, letter, digits = match.groups()
        base, form = _BASES[letter.lower()]
        value = (int(digits.replace("_", ""), base) + step) % 2 ** int(bits or 32)
        only_bit = bits == "1" and step < 0  # an increase gives the same
        return None if only_bit else f"{bits or ''}'{signed}{letter}{value:{form}}"
    number = text.rstrip("uUlL")
    suffix = text[len(number) :]
    hexadecimal = number[:2].lower() == "0x"
    value = int(number.replace("_", ""), 16 if hexadecimal else 10) + step
    if value < 0:
        return None
    return (f"0x{value:X}" if hexadecimal else str(value)) + suffix
