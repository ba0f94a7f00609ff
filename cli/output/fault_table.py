"""The table of faults that `earloop hil faults` prints: effect, options with defaults, and the expected finding."""

from __future__ import annotations

from rich.table import Table

from earloop.hil.diagnosis.expected import EXPECTED
from earloop.hil.faults.kinds import FAULT_KINDS, KindFacts


def fault_table() -> Table:
    """Build the table: a row for each kind of fault, with its defaults."""
    table = Table(box=None, pad_edge=False)
    for heading in ("fault", "what it does", "options and their defaults", "to be noticed as"):
        table.add_column(heading, overflow="fold")
    for kind, facts in FAULT_KINDS.items():
        expected = EXPECTED[kind]
        symptoms = " or ".join(symptom.value for symptom in expected.accepted)
        needs = f", in {expected.needs_s:g} s or more of it" if expected.needs_s else ""
        because = f" ({expected.because})" if expected.because else ""
        table.add_row(kind.value, facts.effect, _options(facts), symptoms + needs + because)
    return table


def _options(facts: KindFacts) -> str:
    channels = {0: None, 1: "channels = the first", 2: "channels = the first two"}[facts.channels]
    lasts = f"lasts_s = {'to the end' if facts.lasts_s is None else f'{facts.lasts_s:g}'}" if facts.spans else None
    amount = facts.amount
    sized = None
    if amount is not None:
        sized = f"amount = {amount.default:g} ({amount.quantity}; {amount.least:g} to {amount.greatest:g})"
    return ", ".join(part for part in (channels, f"begins_s = {facts.begins_s:g}", lasts, sized) if part)
