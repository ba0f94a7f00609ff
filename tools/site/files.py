"""The keys of the three files that a user writes: design, scenario and plan."""

from __future__ import annotations

from pydantic import BaseModel

from earloop.hil.faults.fault import Fault
from earloop.hil.faults.kinds import FAULT_KINDS, KindFacts
from earloop.hil.judging.tolerances import Tolerances
from earloop.hil.plan.device import PlannedDevice
from earloop.hil.plan.plan import PlannedDesign, PlannedRecording, PlanTables
from earloop.spec.design import Design
from earloop.synth_data.scenes.behaviours import BEHAVIOURS
from earloop.synth_data.scenes.scenario import MODULATORS, ActivityKind, ActivityTrack, Scenario
from tools.site.described import first_line
from tools.site.file_keys import keys_of
from tools.site.tables import code, table


def pages() -> dict[str, str]:
    """The text of each part of a page by its path in docs/."""
    return {
        "reference/generated/design-keys.inc": _design(),
        "reference/generated/scenario-keys.inc": _scenario(),
        "reference/generated/plan-keys.inc": _plan(),
    }


def _design() -> str:
    tables = [_section("At the top of the file", Design)]
    for name, field in Design.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            tables.append(_section(f"`[{name}]`", field.annotation))
    band = Design.model_fields["bands"].annotation.__args__[0]  # type: ignore[union-attr]
    return "\n".join([*tables, _section("`[[bands]]`", band)])


def _scenario() -> str:
    tables = [
        _section("At the top of the file", Scenario),
        _section("`[[tracks]]`", ActivityTrack),
        _section("`[[tracks.activities]]`", ActivityKind),
    ]
    modulators = table(
        ("modulator", "spread from trial to trial, standard deviation of the logarithm"),
        ((code(name), f"{spread:g}") for name, spread in MODULATORS.items()),
    )
    behaviours = "\n".join(_behaviour(name) for name in BEHAVIOURS)
    return "\n".join(
        [*tables, "## Modulators, for `gain` and `shift`\n", modulators, "## Behaviours, for `does`\n", behaviours]
    )


def _behaviour(name: str) -> str:
    model = BEHAVIOURS[name]
    occupied = ", ".join(sorted(model.takes))
    about = first_line(model) + (f" It occupies: {occupied}." if occupied else "")
    keys = keys_of(model) if model.model_fields else "It has no options.\n"
    return f"### `{name}`\n\n{about}\n\n{keys}"


def _plan() -> str:
    faults = table(
        ("kind", "part", "what it does", "channels", "`begins_s`", "`lasts_s`", "`amount`"),
        (_fault(kind.value, facts) for kind, facts in FAULT_KINDS.items()),
    )
    return "\n".join(
        [
            _section("At the top of the file", PlanTables),
            _section("`[recordings.NAME]`", PlannedRecording),
            _section("`[devices.NAME]`", PlannedDevice),
            _section("`[designs.NAME]`", PlannedDesign),
            _section("`[faults.NAME]`", Fault),
            "### Kinds of fault\n",
            faults,
            _section("`[tolerances.NAME]`", Tolerances),
        ]
    )


def _fault(kind: str, facts: KindFacts) -> tuple[str, ...]:
    amount = facts.amount
    size = "" if amount is None else f"{amount.default:g} ({amount.least:g} to {amount.greatest:g}): {amount.quantity}"
    lasts = "" if not facts.spans else "to the end" if facts.lasts_s is None else f"{facts.lasts_s:g}"
    return (
        code(kind),
        facts.family.value,
        facts.effect,
        str(facts.channels or "all"),
        f"{facts.begins_s:g}",
        lasts,
        size,
    )


def _section(heading: str, model: type[BaseModel]) -> str:
    return f"## {heading}\n\n{first_line(model)}\n\n{keys_of(model)}"
