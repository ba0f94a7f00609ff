"""A plugin of pytest: the cases of a plan as tests, and the earbud as a fixture for a test suite.

    pytest nightly.plan.toml                                  each case of the plan is a test
    pytest --hil-plan nightly.toml --hil-device ble           the same on another device
    hil_plans = plans/*.plan.toml                             in pytest's ini file: plans to collect as tests
    pytest tests --hil-device serial --hil-serial-number A1   tests that use the fixture `earbud`

A missed limit is a failure with the verdict's reasons as text; a device that cannot be run is an error. A test with the
fixture `earbud` is in error if the line or the device had a fault that was not injected, even if the link repaired it:
frames lost, damaged, late or repeated, tokens lost, a restart, a fault that the device reports. A test that injects
faults must use the fixture `earbud_line`.

The plugin does nothing unless it is used: a plan file in a folder is no test by itself, nothing is printed, and nothing
of the project is imported before a plan is collected or the fixture is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from earloop.hil.faults.faulty_line import FaultyLine
    from earloop.hil.judging.watched import WatchedDevice
    from earloop.hil.plan.device import PlannedDevice
    from earloop.hil.plan.plan import Case
    from earloop.hil.run.device import Device
    from earloop.spec.fixed import FixedDesign

SUFFIX = ".plan.toml"
INI_PLANS = "hil_plans"
_WATCHED: pytest.StashKey[WatchedDevice] = pytest.StashKey()  # the open device of a session
_CHOICES = ("image", "serial_number", "port", "address", "build")  # options of a device in `earloop.hil.plan.plan`


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, which all begin with `--hil-`."""
    group = parser.getgroup("earloop hil", "earloop: devices and plans")
    group.addoption("--hil-plan", metavar="PLAN.toml", help="Run the cases of this plan; alone, if no tests are named.")
    group.addoption(
        "--hil-device", metavar="KIND", help="Device for the fixture earbud, and instead of a plan's devices."
    )
    group.addoption("--hil-image", metavar="FILE", help="Prebuilt firmware ELF or RTL runner.")
    group.addoption("--hil-serial-number", metavar="NUMBER", help="Serial number, to choose among several earbuds.")
    group.addoption("--hil-port", metavar="PORT", help="Serial port, instead of a search for the earbud.")
    group.addoption("--hil-address", metavar="ADDRESS", help="Bluetooth address of the earbud.")
    group.addoption("--hil-build", metavar="HEX", help="Firmware build, to choose among several earbuds.")
    group.addoption("--hil-design", metavar="FILE|NAME", help="Design of the fixtures; a plan has its own designs.")
    group.addoption("--hil-out", metavar="DIR", default="out/hil", help="Folder for the reports; default: out/hil.")
    parser.addini(INI_PLANS, "Patterns of the plans to collect, such as *.plan.toml.", "args", [])


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and add the plan to the collected files."""
    config.addinivalue_line("markers", "hil: runs on a device; skipped without --hil-device")
    config.addinivalue_line("markers", "hil_device(*kinds): runs on a device of these kinds; skipped on any other")
    option = config.option
    if option.hil_device is None and (set_options := [name for name in _CHOICES if _choice(config, name) is not None]):
        raise pytest.UsageError(
            f"--hil-{set_options[0].replace('_', '-')}: needs the kind of the device; add --hil-device KIND"
        )
    if option.hil_plan is not None:
        named = config.args if config.args_source is pytest.Config.ArgsSource.ARGS else []
        config.args = list(dict.fromkeys([*named, option.hil_plan]))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a plan that was requested: by the option, by its name among the arguments, or by the ini file."""
    plan, folder = parent.config.option.hil_plan, parent.config.invocation_params.dir
    is_requested = (
        (plan is not None and file_path == (folder / plan).resolve())
        or (file_path.name.endswith(SUFFIX) and parent.session.isinitpath(file_path))
        or any(file_path.match(pattern) for pattern in parent.config.getini(INI_PLANS))
    )
    if not is_requested:
        return None
    plan_file: pytest.Collector = PlanFile.from_parent(parent, path=file_path)
    return plan_file


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test without its device."""
    if isinstance(item, CaseItem):
        return
    chosen = item.config.option.hil_device
    kinds = [kind for marker in item.iter_markers("hil_device") for kind in marker.args]
    if chosen is None and (kinds or item.get_closest_marker("hil")):
        pytest.skip("runs on a device: choose one with --hil-device")
    if kinds and chosen not in kinds:
        pytest.skip(f"for {' or '.join(kinds)}; the device is {chosen}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Fail a test in which the line or the device had a fault that was not injected."""
    yield
    watched = item.session.stash.get(_WATCHED, None)
    if watched is None:
        return
    troubles = watched.take_troubles()
    if troubles and "earbud_line" not in getattr(item, "fixturenames", ()):
        pytest.fail(_in_words(troubles), pytrace=False)


@pytest.fixture(scope="session")
def earbud_line() -> FaultyLine:
    """The line to the device of --hil-device.

    A test that uses it may inject faults of the link, which then do not fail the test.
    """
    from earloop.hil.faults.faulty_line import FaultyLine

    return FaultyLine()


@pytest.fixture(scope="session")
def earbud_design(request: pytest.FixtureRequest) -> FixedDesign:
    """The design of the device, in integers: the reference, or that of --hil-design."""
    from earloop.spec.compiled import compiled
    from earloop.spec.design import DEFAULT_DESIGN_PATH, load_design
    from earloop.spec.errors import EarloopError

    try:
        return compiled(load_design(Path(request.config.option.hil_design or DEFAULT_DESIGN_PATH)))
    except EarloopError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def earbud(request: pytest.FixtureRequest) -> Iterator[Device]:
    """The device of --hil-device, open for the whole session; see `earloop.hil.run.device.Device`.

    Each test fails on a fault of the line or the device, unless it uses `earbud_line`.
    """
    if request.config.option.hil_device is None:
        pytest.skip("runs on a device: choose one with --hil-device")
    from earloop.hil.devices.open_device import open_device
    from earloop.hil.judging.watched import WatchedDevice
    from earloop.spec.errors import EarloopError

    fixed: FixedDesign = request.getfixturevalue("earbud_design")
    line: FaultyLine = request.getfixturevalue("earbud_line")
    try:
        planned = _planned_device(request.config)
        options = replace(planned.options, line=line)
        with WatchedDevice(open_device(planned.kind, fixed, options)) as watched:
            request.session.stash[_WATCHED] = watched
            yield watched
            if troubles := watched.take_troubles():
                pytest.fail(_in_words(troubles), pytrace=False)
    except EarloopError as error:
        pytest.fail(str(error), pytrace=False)


class PlanFile(pytest.File):
    """The cases of a plan."""

    def collect(self) -> Iterable[pytest.Item]:
        """Return one item per case, in the plan's order."""
        from earloop.hil.plan.plan import load_plan, on_device
        from earloop.spec.errors import EarloopError

        try:
            plan = load_plan(self.path)
            if self.config.option.hil_device is not None:
                plan = on_device(plan, _planned_device(self.config))
        except EarloopError as error:
            raise self.CollectError(str(error)) from None
        folder = Path(self.config.option.hil_out) / plan.name
        return [CaseItem.from_parent(self, name=case.name, case=case, out=folder / case.name) for case in plan.cases]


class CaseItem(pytest.Item):
    """One case. Its setup runs it, so that a device that cannot be run is an error; the test is its verdict."""

    def __init__(self, *, case: Case, out: Path, **rest: Any) -> None:
        super().__init__(**rest)
        self._case, self._out = case, out
        self.add_marker("hil")

    def setup(self) -> None:
        """Run the case, unless it has a verdict for the same inputs."""
        from earloop.hil.plan.run import CaseStatus, run_case
        from earloop.hil.reports.summary import HTML_NAME
        from earloop.spec.errors import EarloopError

        try:
            outcome = run_case(self._case, self._out, _silently)
        except EarloopError as error:
            pytest.fail(str(error), pytrace=False)
        if outcome.status in (CaseStatus.COULD_NOT_RUN, CaseStatus.NOT_JUDGED):
            pytest.fail("\n".join(outcome.reasons), pytrace=False)
        self._reasons = outcome.reasons if outcome.status is CaseStatus.FAIL else ()
        self._report = self._out / HTML_NAME
        self.user_properties += [("report", str(self._report)), ("worst_sqnr_db", outcome.worst_sqnr_db)]

    def runtest(self) -> None:
        """Fail with the verdict's reasons, if there are any."""
        if self._reasons:
            pytest.fail("\n".join([*self._reasons, f"report: {self._report}"]), pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return the plan's path and the case's name."""
        return self.path, None, self.name


def _silently(case: Case, samples: int) -> AbstractContextManager[Callable[[int], None]]:
    """Show no progress, because pytest shows its own."""
    return nullcontext(lambda done: None)


def _in_words(troubles: list[str]) -> str:
    lines = "\n".join(f"  {trouble}" for trouble in troubles)
    return f"{lines}\nthese faults were not injected; a test that injects faults must use the fixture earbud_line"


def _choice(config: pytest.Config, name: str) -> Any:
    return config.getoption(f"hil_{name}")


def _planned_device(config: pytest.Config) -> PlannedDevice:
    """Return the device that the options choose.

    Raises
    ------
    PlanError
        The kind is unknown, or an option is not for it.
    """
    from pydantic import ValidationError

    from earloop.hil.plan.device import PlannedDevice
    from earloop.hil.plan.plan import PlanError
    from earloop.spec.validation import first_complaint

    chosen = {name: _choice(config, name) for name in _CHOICES}
    try:
        return PlannedDevice.model_validate({"kind": config.option.hil_device, **chosen})
    except ValidationError as error:
        raise PlanError(f"--hil-device: {first_complaint(error, PlannedDevice)}") from None
