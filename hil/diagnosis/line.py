"""What the line did, from the counts that its two ends keep; a sound line leaves them all at zero.

A frame that is damaged is missed, too: its number never comes. A frame that was overtaken is missed first, and late
then. So what is missing is explained by these before any frame is said to be lost.
"""

from __future__ import annotations

from earloop.hil.diagnosis.finding import Finding, Place, Symptom
from earloop.hil.run.line_account import LineAccount


def line_findings(account: LineAccount, lost_tokens: int) -> list[Finding]:
    """One finding at most: the worst thing that explains the counts."""
    tokens = f"; {lost_tokens:,} tokens lost" if lost_tokens else ""
    counted = (
        f"{account.damaged:,} damaged, {account.missing:,} missing, {account.stale:,} late or twice, of "
        f"{account.frames:,} frames both ways{tokens}"
    )
    if account.reopened:
        times = f"{account.reopened} time{'s' * (account.reopened > 1)}"
        return [Finding(Symptom.PORT_GONE, Place(), f"the port had to be opened again {times}; {counted}")]
    if account.damaged:
        return [Finding(Symptom.DAMAGED_FRAMES, Place(), counted)]
    if account.stale and account.missing:
        return [Finding(Symptom.LATE_FRAMES, Place(), counted)]
    if account.stale:
        return [Finding(Symptom.REPEATED_FRAMES, Place(), counted)]
    if account.missing or lost_tokens:
        return [Finding(Symptom.LOST_FRAMES, Place(), counted)]
    return []
