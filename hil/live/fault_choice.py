"""The fields of the page that choose a fault and its channels."""

from __future__ import annotations

from collections.abc import Sequence

from nicegui import ui

from earloop.hil.faults.fault import Fault, parse_fault
from earloop.hil.faults.kinds import FAULT_KINDS, FaultKind

_LABELS = ("On", "With")  # for the channels; no kind affects more than two


class FaultChoice:
    """A field for the kind, and one for each affected channel.

    Parameters
    ----------
    kinds : the kinds that the device can have
    channels : the channels of the design
    """

    def __init__(self, kinds: Sequence[FaultKind], channels: Sequence[str]) -> None:
        most = min(len(channels), max(FAULT_KINDS[kind].channels for kind in kinds))
        names = {kind.value: kind.value for kind in kinds if FAULT_KINDS[kind].channels <= len(channels)}
        self._kind = _field("Fault", list(names), next(iter(names)), "w-32")
        with self._kind:
            self._effect = ui.tooltip()
        self._channels = [_field(_LABELS[i], channels, channels[i], "w-24") for i in range(most)]
        self._kind.on_value_change(self._show)
        self._show()

    @property
    def chosen(self) -> Fault:
        """The chosen fault; raises a FaultError if a channel is chosen twice."""
        affected = [field.value for field in self._channels[: FAULT_KINDS[FaultKind(self._kind.value)].channels]]
        return parse_fault(f"{self._kind.value}:{','.join(affected)}")

    def _show(self) -> None:
        facts = FAULT_KINDS[FaultKind(self._kind.value)]
        self._effect.text = facts.effect
        for place, field in enumerate(self._channels):
            field.set_visibility(place < facts.channels)


def _field(label: str, values: Sequence[str], value: str, width: str) -> ui.select:
    """Return a drop-down list that gives up the keyboard focus after a choice."""
    field = ui.select(list(values), value=value, label=label).props("dense options-dense outlined").classes(width)
    field.on_value_change(lambda: field.run_method("blur"))
    return field
