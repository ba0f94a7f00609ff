"""A fault as data: a plan names its kind, and may say where, from when, for how long and how badly."""

from __future__ import annotations

from typing import Any

from pydantic import Field, ValidationError, model_validator

from earloop.hil.faults.kinds import FAULT_KINDS, Family, FaultKind, KindFacts
from earloop.spec.design import Design
from earloop.spec.errors import EarloopError
from earloop.spec.validation import FileTable, first_complaint


class FaultError(EarloopError):
    """A fault that cannot be brought about; says why."""


class Fault(FileTable):
    """One fault; what is not said is the default of its kind, see `earloop.hil.faults.kinds`.

    channels : that it strikes, by the design's names; without any the first, or the first two
    begins_s : from the recording's first sample
    lasts_s : None to the end
    amount : in the unit of its kind
    seed : of what is random in it: which frames it strikes
    """

    kind: FaultKind
    channels: tuple[str, ...] = ()
    begins_s: float = Field(ge=0)
    lasts_s: float | None = Field(default=None, gt=0)
    amount: float | None = None
    seed: int = Field(default=1, ge=0)

    @model_validator(mode="before")
    @classmethod
    def _defaults(cls, given: Any) -> Any:
        """What a kind has by default, where nothing is said."""
        try:
            facts = FAULT_KINDS[FaultKind(given["kind"])]
        except (KeyError, TypeError, ValueError):
            return {"begins_s": 0.0, **given} if isinstance(given, dict) else given  # what is wrong is the kind
        amount = {"amount": facts.amount.default} if facts.amount is not None else {}
        return {"begins_s": facts.begins_s, "lasts_s": facts.lasts_s, **amount, **given}

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Fault:
        facts, name = self.facts, self.kind.value
        if len(self.channels) not in (0, facts.channels):
            wanted = f"{facts.channels} channel{'s' * (facts.channels > 1)}" if facts.channels else "all channels"
            raise ValueError(f"channels = {', '.join(self.channels)}: {name} strikes {wanted}")
        if len(set(self.channels)) != len(self.channels):
            raise ValueError(f"channels = {', '.join(self.channels)}: {name} wants different ones")
        if self.lasts_s is not None and not facts.spans:
            raise ValueError(f"lasts_s = {self.lasts_s:g}: {name} does not pass; leave it out")
        if self.amount is not None and facts.amount is None:
            raise ValueError(f"amount = {self.amount:g}: {name} has none; leave it out")
        if facts.amount is not None and not facts.amount.least <= self.size <= facts.amount.greatest:
            least, greatest = facts.amount.least, facts.amount.greatest
            raise ValueError(f"amount = {self.size:g}: {name} wants {least:g} to {greatest:g}, the {facts.amount.says}")
        return self

    @property
    def facts(self) -> KindFacts:
        """What there is to know about its kind."""
        return FAULT_KINDS[self.kind]

    @property
    def size(self) -> float:
        """Its amount, of a kind that has one; a FaultError of one that has none."""
        if self.amount is None:
            raise FaultError(f"{self.kind.value}: has no amount")
        return self.amount

    def on(self, design: Design, duration_s: float | None = None) -> Fault:
        """The same on a design's channels, and within a recording of this length where one is given.

        Raises
        ------
        FaultError
            The design has no such channel, or too few; the recording ends before the fault begins.
        """
        name, wanted = self.kind.value, self.facts.channels
        if len(design.channels) < wanted:
            raise FaultError(f"{name}: wants {wanted} channels, the design has {len(design.channels)}")
        for channel in self.channels:
            if channel not in design.channels:
                raise FaultError(f"{name}: no channel {channel}; the design has {', '.join(design.channels)}")
        if duration_s is not None and self.begins_s >= duration_s:
            raise FaultError(f"{name}: begins at {self.begins_s:g} s, the recording has {duration_s:g} s")
        return self.model_copy(update={"channels": self.channels or design.channels[:wanted]})

    def span(self, rate_hz: float, samples: int) -> slice:
        """The samples of a stream that it strikes."""
        first = round(self.begins_s * rate_hz)
        return slice(first, samples if self.lasts_s is None else min(samples, first + round(self.lasts_s * rate_hz)))

    def __str__(self) -> str:
        where = f" of {', '.join(self.channels)}" if self.channels else ""
        size = "" if self.amount is None or self.facts.amount is None else f", {self.amount:g} {self.facts.amount.says}"
        until = "" if self.lasts_s is None else f" for {self.lasts_s:g} s"
        return f"{self.kind.value}{where} from {self.begins_s:g} s{until}{size}"


def check_possible(device_kind: str, fault: Fault) -> None:
    """Raise a FaultError where a device of this kind, see `earloop.hil.devices.open_device`, cannot have that fault."""
    if fault.kind not in possible_kinds(device_kind):
        raise FaultError(
            f"{fault.kind.value}: no line to {device_kind} can be spoilt here; take firmware, serial or ble"
        )


def possible_kinds(device_kind: str) -> tuple[FaultKind, ...]:
    """The faults that a device of this kind can have: those of a link only where there is one."""
    linked = device_kind in ("firmware", "serial", "ble")
    return tuple(kind for kind, facts in FAULT_KINDS.items() if linked or facts.family is not Family.LINK)


def parse_fault(text: str) -> Fault:
    """A fault from `KIND` or `KIND:CHANNEL` or `KIND:CHANNEL,CHANNEL`.

    Raises
    ------
    FaultError
        No such kind, or a channel of one that has none.
    """
    kind, _, channels = text.partition(":")
    if kind not in {known.value for known in FaultKind}:
        raise FaultError(f"fault {kind!r}: unknown; there are {', '.join(known.value for known in FaultKind)}")
    names = [name.strip() for name in channels.split(",") if name.strip()]
    try:
        return Fault.model_validate({"kind": kind, "channels": names})
    except ValidationError as error:
        raise FaultError(f"fault {text}: {first_complaint(error, Fault)}") from None
