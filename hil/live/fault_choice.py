"""Which fault, and on which channels: the fields of the page before the button that injects it."""

from __future__ import annotations

from collections.abc import Sequence

from nicegui import ui

from earloop.hil.faults.fault import Fault, parse_fault
from earloop.hil.faults.kinds import FAULT_KINDS, FaultKind

_LABELS = ("On", "With")  # of the channels, of which no kind strikes more


class FaultChoice:
    """A field for the kind, and one for each channel that it strikes.

    Parameters
    ----------
    kinds : that the device at hand can have
    channels : of the design
    """

    def __init__(self, kinds: Sequence[FaultKind], channels: Sequence[str]) -> None:
        most = min(len(channels), max(FAULT_KINDS[kind].channels for kind in kinds))
        names = {kind.value: kind.value for kind in kinds if FAULT_KINDS[kind].channels <= len(channels)}
        self._kind = _field("Fault", list(names), next(iter(names)), "w-32")
        with self._kind:
            self._does = ui.tooltip()
        self._channels = [_field(_LABELS[i], channels, channels[i], "w-24") for i in range(most)]
        self._kind.on_value_change(self._show)
        self._show()

    @property
    def chosen(self) -> Fault:
        """The fault that the fields name; raises a FaultError where they name a channel twice."""
        struck = [field.value for field in self._channels[: FAULT_KINDS[FaultKind(self._kind.value)].channels]]
        return parse_fault(f"{self._kind.value}:{','.join(struck)}")

    def _show(self) -> None:
        facts = FAULT_KINDS[FaultKind(self._kind.value)]
        self._does.text = facts.effect
        for place, field in enumerate(self._channels):
            field.set_visibility(place < facts.channels)


def _field(label: str, values: Sequence[str], value: str, width: str) -> ui.select:
    """A list to choose from, which lets go of the keys once something is chosen."""
    field = ui.select(list(values), value=value, label=label).props("dense options-dense outlined").classes(width)
    field.on_value_change(lambda: field.run_method("blur"))
    return field
