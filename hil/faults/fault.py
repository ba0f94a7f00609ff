"""A fault as data: a plan names its kind, and optionally channels, begin, duration and amount."""

from __future__ import annotations

from typing import Any

from pydantic import Field, JsonValue, ValidationError, model_validator

from earloop.hil.faults.kinds import FAULT_KINDS, Family, FaultKind, KindFacts
from earloop.spec.design import Design
from earloop.spec.errors import EarloopError
from earloop.spec.validation import FileTable, first_complaint

_OF_ITS_KIND: dict[str, JsonValue] = {"default": "that of its kind"}


class FaultError(EarloopError):
    """A fault that cannot be injected; the message says why."""


class Fault(FileTable):
    """One fault. Fields that are left out have the defaults of its kind; see `earloop.hil.faults.kinds`."""

    kind: FaultKind
    """What is injected; the table of faults says what each kind does."""
    channels: tuple[str, ...] = ()
    """The affected channels, by the design's names; by default the first, or the first two."""
    begins_s: float = Field(ge=0, json_schema_extra=_OF_ITS_KIND)
    """When it begins, from the recording's first sample; each kind has its default."""
    lasts_s: float | None = Field(default=None, gt=0, json_schema_extra=_OF_ITS_KIND)
    """The duration; without it, that of the kind, for most until the end of the recording."""
    amount: float | None = Field(default=None, json_schema_extra=_OF_ITS_KIND)
    """How much, in the unit of the kind."""
    seed: int = Field(default=1, ge=0)
    """For the random choice of the affected frames."""

    @model_validator(mode="before")
    @classmethod
    def _defaults(cls, table: Any) -> Any:
        """Fill in the defaults of the kind."""
        try:
            facts = FAULT_KINDS[FaultKind(table["kind"])]
        except (KeyError, TypeError, ValueError):
            return {"begins_s": 0.0, **table} if isinstance(table, dict) else table  # so that only the kind is an error
        amount = {"amount": facts.amount.default} if facts.amount is not None else {}
        return {"begins_s": facts.begins_s, "lasts_s": facts.lasts_s, **amount, **table}

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Fault:
        facts, name = self.facts, self.kind.value
        if len(self.channels) not in (0, facts.channels):
            wanted = f"{facts.channels} channel{'s' * (facts.channels > 1)}" if facts.channels else "all channels"
            raise ValueError(f"channels = {', '.join(self.channels)}: {name} affects {wanted}")
        if len(set(self.channels)) != len(self.channels):
            raise ValueError(f"channels = {', '.join(self.channels)}: {name} needs different channels")
        if self.lasts_s is not None and not facts.spans:
            raise ValueError(f"lasts_s = {self.lasts_s:g}: {name} has no duration; leave lasts_s out")
        if self.amount is not None and facts.amount is None:
            raise ValueError(f"amount = {self.amount:g}: {name} has no amount; leave amount out")
        if facts.amount is not None and not facts.amount.least <= self.size <= facts.amount.greatest:
            least, greatest = facts.amount.least, facts.amount.greatest
            raise ValueError(
                f"amount = {self.size:g}: {name} needs {least:g} to {greatest:g} ({facts.amount.quantity})"
            )
        return self

    @property
    def facts(self) -> KindFacts:
        """The facts about its kind."""
        return FAULT_KINDS[self.kind]

    @property
    def size(self) -> float:
        """Its amount; raises a FaultError if its kind has none."""
        if self.amount is None:
            raise FaultError(f"{self.kind.value}: has no amount")
        return self.amount

    def on(self, design: Design, duration_s: float | None = None) -> Fault:
        """Return the fault with the channels of a design filled in, checked against design and duration.

        Raises
        ------
        FaultError
            The design lacks a channel, or has too few; or the recording ends before the fault begins.
        """
        name, wanted = self.kind.value, self.facts.channels
        if len(design.channels) < wanted:
            raise FaultError(f"{name}: needs {wanted} channels, the design has {len(design.channels)}")
        for channel in self.channels:
            if channel not in design.channels:
                raise FaultError(f"{name}: no channel {channel}; the design has {', '.join(design.channels)}")
        if duration_s is not None and self.begins_s >= duration_s:
            raise FaultError(f"{name}: begins at {self.begins_s:g} s, the recording has {duration_s:g} s")
        return self.model_copy(update={"channels": self.channels or design.channels[:wanted]})

    def span(self, rate_hz: float, samples: int) -> slice:
        """Return the affected samples of a stream of `samples` samples."""
        first = round(self.begins_s * rate_hz)
        return slice(first, samples if self.lasts_s is None else min(samples, first + round(self.lasts_s * rate_hz)))

    def __str__(self) -> str:
        where = f" of {', '.join(self.channels)}" if self.channels else ""
        size = (
            ""
            if self.amount is None or self.facts.amount is None
            else f", {self.amount:g} {self.facts.amount.quantity}"
        )
        until = "" if self.lasts_s is None else f" for {self.lasts_s:g} s"
        return f"{self.kind.value}{where} from {self.begins_s:g} s{until}{size}"


def check_possible(device_kind: str, fault: Fault) -> None:
    """Raise a FaultError if a device of this kind, see `earloop.hil.devices.open_device`, cannot have that fault."""
    if fault.kind not in possible_kinds(device_kind):
        raise FaultError(
            f"{fault.kind.value}: {device_kind} has no line on which to inject faults; use firmware, serial or ble"
        )


def possible_kinds(device_kind: str) -> tuple[FaultKind, ...]:
    """Return the kinds of fault that a device of this kind can have; those of a link need a link."""
    linked = device_kind in ("firmware", "serial", "ble")
    return tuple(kind for kind, facts in FAULT_KINDS.items() if linked or facts.family is not Family.LINK)


def parse_fault(text: str) -> Fault:
    """Return the fault that `KIND` or `KIND:CHANNEL` or `KIND:CHANNEL,CHANNEL` names.

    Raises
    ------
    FaultError
        The kind is unknown, or it does not take these channels.
    """
    kind, _, channels = text.partition(":")
    if kind not in {known.value for known in FaultKind}:
        raise FaultError(f"fault {kind!r}: unknown; valid: {', '.join(known.value for known in FaultKind)}")
    names = [name.strip() for name in channels.split(",") if name.strip()]
    try:
        return Fault.model_validate({"kind": kind, "channels": names})
    except ValidationError as error:
        raise FaultError(f"fault {text}: {first_complaint(error, Fault)}") from None
