"""The table of extras is that of pyproject.toml, and covers whatever the rooms import."""

from __future__ import annotations

import ast
import sys
from importlib.metadata import packages_distributions

import pytest
from packaging.utils import canonicalize_name

from earloop.spec.errors import EarloopError, MissingExtraError, check_installed, naming_extras, unexpected
from earloop.system.extras import EXTRAS, not_installed, packages
from earloop.system.project import ROOT
from tests.packaging.bare_environment import EXTRAS_OF_PROJECT, bare_packages
from tests.rooms import OUTSIDE, ROOMS, sources

NOT_FOR_USERS = {"all", "dev", "docs"}
OURS = "earloop"
# These run in the project alone, or inside a user's pytest.
FOR_DEVELOPERS = ("hw/bench/", "hw/verify/", "spec/register_map.py", "hil/pytest_plugin.py")


@pytest.mark.parametrize("extra", sorted(EXTRAS_OF_PROJECT.keys() - NOT_FOR_USERS))
def test_an_extra_brings_what_the_table_says(extra):
    wanted = [requirement.name for requirement in EXTRAS_OF_PROJECT[extra] if requirement.name != OURS]
    assert sorted(wanted) == sorted(package.name for package in EXTRAS[extra].packages)


def test_the_table_has_no_other_extra():
    assert EXTRAS.keys() == EXTRAS_OF_PROJECT.keys() - NOT_FOR_USERS


def test_all_is_every_extra_but_the_one_that_wants_a_compiler_for_gpus():
    (every,) = EXTRAS_OF_PROJECT["all"]
    assert every.extras == EXTRAS.keys() - {"cuda"}


def test_no_package_of_the_bare_install_is_in_an_extra_too():
    bare = bare_packages()
    assert not [package.name for _, package in packages() if canonicalize_name(package.name) in bare]


def test_whatever_a_room_imports_is_bare_or_has_an_extra():
    bare, of_module = bare_packages(), packages_distributions()
    unknown = {
        f"{place} imports {module}"
        for place, module in third_party_imports()
        if not_installed(module) is None
        and not any(canonicalize_name(name) in bare for name in of_module.get(module, ()))
    }
    assert not unknown, "name their packages in system/extras.py and in pyproject.toml"


def test_every_module_of_the_table_is_one_that_the_package_brings():
    """But for what is not installed here."""
    of_module = packages_distributions()
    for _, package in packages():
        names = {canonicalize_name(name) for module in package.imported for name in of_module.get(module, ())}
        assert not names or canonicalize_name(package.name) in names, package


def third_party_imports():
    """Each file of a room that users run, with the module of another project that it imports anywhere."""
    for room in set(ROOMS) - set(OUTSIDE):
        for path in sources(ROOT / room):
            place = path.relative_to(ROOT).as_posix()
            if not place.startswith(FOR_DEVELOPERS):
                yield from ((place, name) for name in imported(path.read_text("utf-8")))


def imported(source):
    nodes = list(ast.walk(ast.parse(source)))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {OURS, "_typeshed"}


def test_a_missing_module_of_an_extra_names_it():
    with pytest.raises(MissingExtraError, match=r"^Bleak is not installed: pip install 'earloop\[ble\]'$") as caught:
        fail(ModuleNotFoundError("No module named 'bleak.exc'", name="bleak.exc"))
    assert isinstance(caught.value, EarloopError)
    assert isinstance(caught.value, ImportError)
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)


@pytest.mark.parametrize(
    "error", [ModuleNotFoundError("No module named 'x'", name="x"), ImportError("bad"), ValueError("bad")]
)
def test_any_other_error_passes(error):
    with pytest.raises(type(error)) as caught:
        fail(error)
    assert caught.value is error


def fail(error):
    with naming_extras():
        raise error


def test_what_nobody_caught_names_the_extra_as_well():
    error = ModuleNotFoundError("No module named 'torch'", name="torch")
    assert unexpected(error) == "PyTorch is not installed: pip install 'earloop[train]'"
    assert unexpected(ModuleNotFoundError("No module named 'x'", name="x")).startswith("unexpected ModuleNotFoundError")


def test_a_module_that_is_there_is_not_missed():
    check_installed("numpy", "json")
    with pytest.raises(MissingExtraError, match=r"^no_such_module is not installed$"):
        check_installed("numpy", "no_such_module")


def test_setuptools_comes_only_with_what_imports_it():
    assert "setuptools" not in bare_packages()
    wanting = {name for name, wanted in EXTRAS_OF_PROJECT.items() if "setuptools" in {each.name for each in wanted}}
    assert wanting == {"brainflow", "dev"}
