"""A pytest plugin that runs a test again only when something that it depends on has changed since it last passed.

A test whose inputs (see `inputs.py`) are those of its last pass is reported as `cached`, letter `c`, and costs nothing.
Only plain passes are remembered: what failed, was skipped or was expected to fail runs again. Everything runs where the
environment variable CI is set, and with `--fresh`.

    .build/test-results.json     {"version": 1, "passed": {test: hash of its inputs, ...}}

Under pytest-xdist each worker reads that file when it starts and hands its hashes along with its reports; the
controller alone writes, once, at the end.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.inputs import Inputs

STORE = Path(".build/test-results.json")
VERSION = 1
_HASH = pytest.StashKey[str]()
_CACHED = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fresh", action="store_true", help="Also run tests whose inputs are those of their last pass.")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(ResultCache(config), "earloop-result-cache")


class ResultCache:
    """The plugin in one process: a worker, a controller, or both in one."""

    def __init__(self, config: pytest.Config) -> None:
        self._store = config.rootpath / STORE
        self._writes = not hasattr(config, "workerinput")
        self._inputs = Inputs(config.rootpath)
        runs_all = os.environ.get("CI") or config.getoption("fresh")
        self._known = {} if runs_all else read_store(self._store)
        self._called: set[str] = set()
        self._passed: dict[str, str] = {}
        self._not_passed: set[str] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            item.stash[_HASH] = self._inputs.of(_file_of(item.nodeid))
            item.stash[_CACHED] = self._known.get(item.nodeid) == item.stash[_HASH]
            if item.stash[_CACHED]:  # it still goes through pytest's protocol, which tears shared fixtures down
                item.setup = item.runtest = _do_nothing  # type: ignore[method-assign]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, Any, Any]:
        report = yield
        report.inputs = item.stash[_HASH]  # the attributes of a report travel from worker to controller
        report.cached = item.stash[_CACHED] and report.passed and report.when == "call"
        return report

    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, str] | None:
        return ("cached", "c", "CACHED") if getattr(report, "cached", False) else None

    def pytest_runtest_logreport(self, report: Any) -> None:
        if not report.passed or hasattr(report, "wasxfail"):
            self._not_passed.add(report.nodeid)
        elif report.when == "call":
            self._called.add(report.nodeid)
        elif report.when == "teardown" and report.nodeid in self._called:
            self._passed[report.nodeid] = report.inputs

    def pytest_sessionfinish(self) -> None:
        """Add this session's passes; what has since failed, changed or vanished drops out."""
        if self._writes:
            entries = read_store(self._store) | self._passed
            write_store(
                self._store,
                {
                    test: inputs
                    for test, inputs in entries.items()
                    if test not in self._not_passed and inputs == self._inputs.of(_file_of(test))
                },
            )

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if cached := len(terminalreporter.getreports("cached")):
            terminalreporter.write_line(
                f"{cached} passed earlier with the very same inputs and did not run again; --fresh runs them all"
            )


def read_store(path: Path) -> dict[str, str]:
    """Tests that passed, and the hash of their inputs; none if the file is missing, damaged or of another version."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return dict(content["passed"]) if content["version"] == VERSION else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def write_store(path: Path, passed: dict[str, str]) -> None:
    """Replace the file in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.partial")
    partial.write_text(json.dumps({"version": VERSION, "passed": dict(sorted(passed.items()))}, indent=1), "utf-8")
    partial.replace(path)


def _file_of(test: str) -> str:
    return test.partition("::")[0]


def _do_nothing() -> None:
    pass
