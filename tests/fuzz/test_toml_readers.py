"""TOML that no person writes is refused by every reader of TOML, in one line that names the file."""

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earloop.hil.plan.plan import PlanError, load_plan
from earloop.spec.design import DEFAULT_DESIGN_PATH, DesignError, load_design
from earloop.spec.errors import EarloopError
from earloop.spec.toml_file import MOST_BYTES, MOST_DEPTH, MOST_LINE, read_toml
from earloop.synth_data.scenes.scenario import ScenarioError, load_scenario

READERS = {load_design: DesignError, load_plan: PlanError, load_scenario: ScenarioError}


def lists(depth):
    return f"a = [{'[' * depth}{']' * depth}]"


def tables(depth):
    return "a = " + "{a = " * depth + "1" + "}" * depth


HOSTILE = {
    "brackets in one line": (lists(100_000), "line 1 has"),
    "brackets in many lines": ("a = " + "[\n" * 100_000, "deep within each other"),
    "inline tables": (tables(500), "deep within each other"),
    "a dotted key": (".".join(["a"] * 1_900) + " = 1", "deep within each other"),
    "headers within headers": ("\n".join(f"[{'.'.join(['a'] * n)}]" for n in range(1, 200)), "deep within each other"),
    "a long dotted key": (".".join(["a"] * 400_000) + " = 1", "line 1 has 800,003 characters"),
    "a long file": ("# nothing\n" * 200_000, f"more than {MOST_BYTES:,} bytes"),
    "a number of 5,000 digits": ("a = [\n" + "1" * 3_999 + "\n" + "1" * 3_999, "not a TOML file"),
    "no text": ("\udcff", "not a TOML file"),
    "a key twice": ("a = 1\na = 2", "not a TOML file"),
    "an open string": ('a = """', "not a TOML file"),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", HOSTILE)
def test_what_no_person_writes_is_refused_by_every_reader(reader, name, tmp_path):
    text, complaint = HOSTILE[name]
    path = tmp_path / "a.toml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(READERS[reader], match=complaint) as error:
        reader(path)
    assert str(error.value).startswith(f"{path}: ")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", ["gone.toml", "n" * 300 + ".toml", "zero\0byte.toml", "."])
def test_a_file_that_cannot_be_read_is_refused_by_every_reader(reader, name, tmp_path):
    with pytest.raises(READERS[reader]):
        reader(tmp_path / name)


@pytest.mark.parametrize("text", [lists(MOST_DEPTH - 2), tables(MOST_DEPTH - 1), f"a = '{'b' * (MOST_LINE - 6)}'"])
def test_what_is_just_within_the_limits_is_read(text, tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(text)
    assert "a" in read_toml(path, EarloopError)


# A number beyond all floats is written `inf`, and is not meant anywhere.
@pytest.mark.parametrize("value", ["inf", "-inf", "nan", "1e999"])
@pytest.mark.parametrize("key", ["vref_v", "pass_hz", "q", "min_sqnr_db", "range_uv", "high_hz"])
def test_a_number_that_is_not_finite_is_refused(key, value, tmp_path):
    path = tmp_path / "a.toml"
    text, changed = re.subn(f"^{key} *=.*", f"{key} = {value}", DEFAULT_DESIGN_PATH.read_text(), count=1, flags=re.M)
    assert changed
    path.write_text(text)
    with pytest.raises(DesignError, match="finite number"):
        load_design(path)


@given(st.text(max_size=200))
def test_any_text_is_a_table_or_refused(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(text.encode(errors="surrogatepass"))
    with contextlib.suppress(EarloopError):
        assert isinstance(read_toml(path, EarloopError), dict)
