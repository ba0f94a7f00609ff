"""Faults of the line, from the counts at its two ends, which are all zero for a line without faults.

A damaged frame is also missing: its number never arrives. An overtaken frame first counts as missing, then as late. So
missing frames count as lost only if these cases do not explain them.
"""

from __future__ import annotations

from earloop.hil.diagnosis.finding import Finding, FindingPlace, Symptom
from earloop.hil.run.line_account import LineAccount


def line_findings(account: LineAccount, lost_tokens: int) -> list[Finding]:
    """Return at most one finding: the most severe fault that explains the counts."""
    tokens = f"; {lost_tokens:,} tokens lost" if lost_tokens else ""
    counted = (
        f"{account.damaged:,} damaged, {account.missing:,} missing, {account.stale:,} late or twice, of "
        f"{account.frames:,} frames in both directions{tokens}"
    )
    if account.reopened:
        times = f"{account.reopened} time{'s' * (account.reopened > 1)}"
        return [
            Finding(
                kind=Symptom.PORT_GONE,
                where=FindingPlace(),
                evidence=f"the port had to be opened again {times}; {counted}",
            )
        ]
    if account.damaged:
        return [Finding(kind=Symptom.DAMAGED_FRAMES, where=FindingPlace(), evidence=counted)]
    if account.stale and account.missing:
        return [Finding(kind=Symptom.LATE_FRAMES, where=FindingPlace(), evidence=counted)]
    if account.stale:
        return [Finding(kind=Symptom.REPEATED_FRAMES, where=FindingPlace(), evidence=counted)]
    if account.missing or lost_tokens:
        return [Finding(kind=Symptom.LOST_FRAMES, where=FindingPlace(), evidence=counted)]
    return []
