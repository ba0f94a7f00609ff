"""The mutation tool: what its operators plant, that the same seed plants the same, and how a mutant is judged."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from bench.measurements.mutants import SIDES, firmware, report
from bench.measurements.mutants.__main__ import main
from bench.measurements.mutants.campaign import Result, campaign
from bench.measurements.mutants.code import Code
from bench.measurements.mutants.draw import (
    Equivalent,
    Mutant,
    draw,
    every_mutant,
    known_equivalents,
    not_listed,
    sources,
)
from bench.measurements.mutants.firmware import FirmwareJudge
from bench.measurements.mutants.operators import OPERATORS, Edit
from bench.measurements.mutants.rtl import RtlJudge
from bench.measurements.mutants.verdict import MutantFate, MutantVerdict

# ---- Operators


def planted(operator, text, file="a.v"):
    """The texts that an operator makes of one."""
    code = Code(file, text)
    return [edit.apply(text) for edit in OPERATORS[operator](code)]


@pytest.mark.parametrize(
    ("operator", "text", "wanted"),
    [
        ("arithmetic", "assign a = b + 1;", ["assign a = b - 1;"]),
        ("arithmetic", "assign a = -b;", []),
        ("arithmetic", "assign a = b[3 +: 2];", []),
        ("arithmetic", "always @* a = b;", []),
        ("shift", "assign a = b >>> c;", ["assign a = b >> c;"]),
        ("relation", "assign a = b <= c;", ["assign a = b < c;"]),
        ("relation", "always @(posedge c) begin a <= b; {d, e} <= f; end", []),
        ("relation", "always @(posedge c) a <= b <= d;", ["always @(posedge c) a <= b < d;"]),
        ("relation", "always @* case (s) 2'd0: a = b == c; endcase", ["always @* case (s) 2'd0: a = b != c; endcase"]),
        ("logic", "assign a = b && c;", ["assign a = b || c;"]),
        ("bitwise", "assign a = &b;", ["assign a = |b;"]),
        ("negation", "assign a = !b && ~c;", ["assign a = b && ~c;", "assign a = !b && c;"]),
        ("condition", "always @* if (a) b = 1;", ["always @* if (!(a)) b = 1;"]),
        ("condition", "always @* if (a) b = 1; else b = 0;", []),
        ("branches", "always @* if (a) b = 1; else b = 0;", ["always @* if (!(a)) b = 1; else b = 0;"]),
        ("branches", "always @* if (a) begin b = 1; end", []),
        ("branches", "assign a = b < c ? d : e;", ["assign a = !(b < c) ? d : e;"]),
        ("branches", "always @(posedge c) a <= b ? d : e;", ["always @(posedge c) a <= !(b) ? d : e;"]),
        ("constant", "assign a = 2'd3;", ["assign a = 2'd0;", "assign a = 2'd2;"]),
        ("constant", "assign a = 8'hff;", ["assign a = 8'h0;", "assign a = 8'hfe;"]),
        ("constant", "assign a = 1'b0;", ["assign a = 1'b1;"]),
        ("constant", "localparam A = 1;", ["localparam A = 2;", "localparam A = 0;"]),
        ("sign", "wire signed [3:0] a = $signed(b);", ["wire  [3:0] a = $signed(b);", "wire signed [3:0] a = (b);"]),
        ("sign", "assign a = -b;", ["assign a = b;"]),
        ("sign", "assign a = {{2{b[3]}}, b};", ["assign a = {{2{1'b0}}, b};"]),
        ("sign", "assign a = {{2{1'b0}}, b};", []),
        ("limit", "assign a = {s, {3{!s}}};", ["assign a = {s, {3{1'b0}}};", "assign a = {s, {3{1'b1}}};"]),
        ("reset", "always @(posedge c) if (rst) begin a <= 2'd1; end", ["~(2'd1)"]),
        ("statement", "always @(posedge c) begin a <= b; end", ["always @(posedge c) begin ; end"]),
        ("statement", "assign a = b;", []),
        ("statement", "adder #(.A(1)) one (.b(c));", []),
    ],
)
def test_faults_of_verilog(operator, text, wanted):
    found = planted(operator, text)
    assert len(found) == len(wanted)
    assert all(part in whole for part, whole in zip(wanted, found, strict=True))


@pytest.mark.parametrize(
    ("operator", "body", "wanted"),
    [
        ("arithmetic", "a = b - 1;", ["a = b + 1;"]),
        ("arithmetic", "a = -b; c = *d; e = (int64_t)*f; uint8_t *g = h;", []),
        ("arithmetic", "a += b * c;", ["a -= b * c;", "a += b + c;"]),
        ("arithmetic", "i++;", ["i--;"]),
        ("bitwise", "f(&a, b & c);", ["f(&a, b | c);"]),
        ("relation", "if (a < b) c = d;", ["if (a <= b) c = d;"]),
        ("relation", "a->b = c;", []),
        ("condition", "for (i = 0; i < n; i++) f(i);", ["for (i = 0; !(i < n); i++) f(i);"]),
        ("condition", "while (a) b();", ["while (!(a)) b();"]),
        ("branches", "return a == b ? c : d;", ["return !(a == b) ? c : d;"]),
        ("branches", "if (a) { b(); } else { c(); }", ["if (!(a)) { b(); } else { c(); }"]),
        ("constant", "a = 0x0FU;", ["a = 0x10U;", "a = 0xEU;"]),
        ("constant", "a = 0;", ["a = 1;"]),
        ("sign", "a = -b - (int32_t)-c;", ["a = b - (int32_t)-c;", "a = -b - (int32_t)c;"]),
        ("limit", "a = INT16_MAX;", ["a = (INT16_MAX - 1);", "a = INT16_MIN;"]),
        ("statement", "a = b; f(c); uint8_t d = 1; return;", ["; f(c);", "a = b; ; uint8_t"]),
        ("statement", "switch (a) { case 1: b = 2; break; }", ["case 1: ; break;"]),
    ],
)
def test_faults_of_c(operator, body, wanted):
    found = planted(operator, f"static void g(void) {{ {body} }}\n", "a.c")
    assert len(found) == len(wanted)
    assert all(part in whole for part, whole in zip(wanted, found, strict=True))


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a.v", "// a = b + 1\n/* 2 < 3 */"),
        ("a.v", '`default_nettype none\n`include "a_1.vh"\n'),
        ("a.v", "generate if (A < 1 || A > 8) begin : g_check\n error_a_must_be_1_to_8 stop ();\nend endgenerate"),
        ("a.c", '#ifndef A_H\n#define A_H\n#include "b1.h"\n#if C > 1\n#endif\n#endif\n'),
        ("a.c", '_Static_assert(A >= 1 && (B + 2) < 3, "a - b");\n'),
        ("a.c", '__asm__ volatile("ldrd %0, [%1], %2" : "=r"(a) : "i"(b * 4));\n'),
    ],
)
def test_nothing_is_planted_outside_of_code(file, text):
    assert every_mutant(Code(file, text)) == []


def test_the_body_of_a_macro_is_code():
    assert planted("arithmetic", "#define A(b) ((b) + 2)\n", "a.h") == ["#define A(b) ((b) - 2)\n"]


@pytest.mark.parametrize("side", SIDES)
def test_every_operator_that_the_language_knows_finds_a_place(side):
    found = {mutant.operator for code in sources(SIDES[side][0]) for mutant in every_mutant(code)}
    assert found == OPERATORS.keys() - ({"reset"} if side == "firmware" else set())


# ---- Drawing


@pytest.mark.parametrize("side", SIDES)
def test_the_same_seed_draws_the_same_and_each_mutant_once(side):
    codes = sources(SIDES[side][0])
    drawn = draw(codes, 3)
    assert drawn == draw(codes, 3)
    assert drawn != draw(codes, 4)
    assert len({(mutant.file, mutant.edit) for mutant in drawn}) == len(drawn)


def test_equal_lines_are_distinguished_by_their_occurrence():
    code = Code("a.c", "void f(void)\n{\n    a = b;\n    c = b;\n    a = b;\n}\n")
    keys = [mutant.key for mutant in every_mutant(code) if mutant.before == "a = b;"]
    assert keys == [("a.c", "statement", "a = b;", ";", 1), ("a.c", "statement", "a = b;", ";", 2)]


def test_files_and_operators_come_in_turn():
    codes = [Code("a.c", "void f(void) { a = b + 1 + 2 + 3 + 4; }\n"), Code("b.c", "void f(void) { a = b < c; }\n")]
    first = draw(codes, 0)[:5]
    kinds = {(mutant.file, mutant.operator) for mutant in first}
    assert kinds == {
        ("a.c", "arithmetic"),
        ("a.c", "constant"),
        ("a.c", "statement"),
        ("b.c", "relation"),
        ("b.c", "statement"),
    }


def test_what_is_listed_as_equivalent_still_exists_and_has_a_reason():
    there = {mutant.key for folder, _ in SIDES.values() for code in sources(folder) for mutant in every_mutant(code)}
    listed = known_equivalents()
    assert all(equivalent.reason for equivalent in listed)
    assert len({equivalent.key for equivalent in listed}) == len(listed)
    assert [equivalent.key for equivalent in listed if equivalent.key not in there] == []


# ---- Judging

FATES = [MutantFate.KILLED, MutantFate.SAME, MutantFate.SURVIVED, MutantFate.STILLBORN, MutantFate.TIMED_OUT]


def made_up(count):
    """Mutants whose fates come in turn, and a judge who knows them."""
    mutants = [
        Mutant(file="a.c", operator="constant", line=i, before=f"a = {i};", after=f"a = {i + 1};", edit=Edit(i, i, ""))
        for i in range(count)
    ]
    return mutants, lambda mutant: MutantVerdict(mutant, FATES[mutant.line % len(FATES)])


def test_a_campaign_goes_on_until_enough_have_counted():
    mutants, judge = made_up(20)
    reported = []
    result = campaign(judge, mutants, [Equivalent(mutants[0].key, "why")], 6, jobs=2, advance=reported.append)
    assert [verdict.mutant.line for verdict in result.verdicts] == list(range(1, 11))
    assert (len(result.counted), len(result.survivors), result.listed) == (6, 2, 1)
    assert result.killed_percent == pytest.approx(100 * 4 / 6)
    assert reported[-1] == 6


def test_a_campaign_ends_with_its_mutants():
    mutants, judge = made_up(3)
    assert len(campaign(judge, mutants, [], 100).counted) == 2
    assert Result((), 0).killed_percent is None


def test_the_page_shows_survivors_as_differences_and_the_row_holds_them_against_the_target():
    mutants, judge = made_up(5)
    results = {"firmware": campaign(judge, mutants, [], 5)}
    assert "a.c, line 2, constant\n\n```diff\n-a = 2;\n+a = 3;\n```" in report.page(results, 0)
    (row,) = report.rows(results)
    assert row.met is False
    assert "1 survived" in row.against


@pytest.fixture(scope="module")
def judges():
    """Both, without what they do for survivors."""
    with RtlJudge(thorough=False) as rtl, FirmwareJudge(("test_frame.py",)) as firmware:
        yield {"rtl": rtl, "firmware": firmware}


def changed(side, file, old, new):
    """A mutant made by hand."""
    text = (SIDES[side][0] / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    start = text.index(old)
    return Mutant(file=file, operator="by hand", line=1, before=old, after=new, edit=Edit(start, start + len(old), new))


@pytest.mark.parametrize(
    ("side", "file", "old", "new", "fate"),
    [
        ("rtl", "saturate.v", "!(|top)", "(|top)", MutantFate.KILLED),
        ("rtl", "saturate.v", "!(|top)", "(!(|top))", MutantFate.SAME),
        ("rtl", "saturate.v", "!(|top)", "!(|", MutantFate.STILLBORN),
        ("firmware", "frame.c", "return ~crc;", "return crc;", MutantFate.KILLED),
        ("firmware", "frame.c", "return ~crc;", "*(volatile int *)0 = 1; return ~crc;", MutantFate.KILLED),
        ("firmware", "frame.c", "return ~crc;", "return (~crc);", MutantFate.SAME),
        ("firmware", "frame.c", "return ~crc;", "return ~;", MutantFate.STILLBORN),
        (
            "firmware",
            "frame.c",
            "return ~crc;",
            "for (volatile int i = 0; i < 1; ) {} return ~crc;",
            MutantFate.TIMED_OUT,
        ),
    ],
)
def test_a_mutant_meets_its_fate(side, file, old, new, fate, judges):
    assert judges[side](changed(side, file, old, new)).fate is fate


def test_a_mutant_that_the_limit_of_one_test_ends_timed_out_as_well(judges, monkeypatch):
    """On a busy machine that limit comes before the judge's own."""
    monkeypatch.setattr(firmware, "TEST_LIMIT_S", 1)
    monkeypatch.setattr(judges["firmware"], "_limit_s", None)
    endless = changed("firmware", "frame.c", "return ~crc;", "for (volatile int i = 0; i < 1; ) {} return ~crc;")
    verdict = judges["firmware"](endless)
    assert (verdict.fate, verdict.by) == (MutantFate.TIMED_OUT, "1 s of one test")


@pytest.mark.parametrize(("side", "file"), [("rtl", "mac.v"), ("firmware", "frame.c")])
def test_most_of_five_drawn_are_found(side, file, judges):
    code = next(code for code in sources(SIDES[side][0]) if code.file == file)
    result = campaign(judges[side], not_listed(draw([code], 1), known_equivalents()), [], 5)
    assert len(result.counted) == 5
    assert len(result.survivors) <= 1, [verdict.mutant for verdict in result.survivors]


def test_an_unknown_side_is_refused():
    assert CliRunner().invoke(main, ["software"]).exit_code == 2
