"""A plan: what is to be run through what, as data.

    [recordings.mine]                     # a file; a path is relative to the plan
    file = "mine.csv.gz"
    rate_hz = 256.0
    channels = ["TP9", "TP10", "AF7", "AF8"]
    max_gb = 8.0                          # of memory that its samples may take
    part = 2                              # of a file that breaks off; or start_s = 60.0 and seconds = 10.0, or both

    [recordings.made]                     # or a synthetic session behind the simulated front end
    scenario = "short-session"            # its name, or a .toml file beside the plan
    seconds = 20.0
    seed = 4

    [devices.emulated]
    kind = "firmware"                     # or another of `earloop.hil.devices.open_device`, whose options are keys, too
    way = "bus"                           # by the converter's model instead of the link; firmware only
    taps = ["bands", "codes"]             # that are compared beside tokens; or ["all"] that the device offers
    paced = true                          # or in real time, with its timing measured
    transcript = true                     # or with each case's conversation in its folder; above all tables: of all
                                          # devices that can
    [designs.reference]                   # without any: the reference design
    file = "neurobuds.toml"
    checkpoint = "run/checkpoint.safetensors"  # without it no embeddings are compared
    decoder = "task/decoder.safetensors"  # without it no decisions

    [faults.loose]                        # without any: none; with them a case passes if its fault is noticed
    kind = "lead-off"                     # of `hil/faults/kinds.py`; also channels, begins_s, lasts_s, amount, seed
    channels = ["T7"]

    [tolerances.strict]                   # without any: none, see `earloop.hil.judging.tolerances`
    mismatches = 0
    lost_tokens = 0
    max_clock_ppm = 50.0                  # of a device's own converter, where its clock can be told
    converter_restarts = 0
    saturated_share = 0.01
    railed_share = 1.0                    # of a channel's samples, at the converter's rails: beyond it, not judged
    flat_channels = 1                     # that may be flat: of more, not judged
    min_cosine = 0.999                    # of embeddings; wants a checkpoint of every design
    max_flipped = 0.01                    # of windows, those decided otherwise; wants a decoder of every design
    min_sqnr_db = { eeg_delta = 90.0 }

Each combination is a case. Their order is that of the file, the last table's varying fastest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from earloop.hil.faults.fault import Fault, FaultError, check_possible
from earloop.hil.faults.kinds import Family
from earloop.hil.judging.tolerances import Tolerances
from earloop.hil.plan.device import PlannedDevice
from earloop.hil.plan.model_limits import unfit_limit
from earloop.recordings import DEFAULT_MAX_GB, ReadOptions
from earloop.spec.design import DEFAULT_DESIGN_PATH, Design, load_design
from earloop.spec.errors import EarloopError
from earloop.spec.toml_file import read_toml
from earloop.spec.validation import FileTable, first_complaint
from earloop.synth_data import load_scenario
from earloop.synth_data.scenes.timeline import MIN_DURATION_S

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]+(-[A-Za-z0-9_]+)*$")]


class PlanError(EarloopError):
    """A plan that cannot be run; says why."""


class PlannedRecording(FileTable):
    """A file, and how it is read; or a synthetic session."""

    file: Path | None = None
    rate_hz: float | None = Field(default=None, gt=0)
    channels: tuple[str, ...] | None = None
    stream: str | None = None
    board: str | None = None
    max_gb: float = Field(default=DEFAULT_MAX_GB, gt=0)
    part: int | None = Field(default=None, ge=1)
    start_s: float | None = Field(default=None, ge=0)
    scenario: str | None = None
    seconds: float | None = Field(default=None, gt=0)
    seed: int | None = Field(default=None, ge=0)

    @property
    def read_options(self) -> ReadOptions:
        """How its file is read."""
        return ReadOptions(
            rate_hz=self.rate_hz,
            channels=self.channels,
            stream=self.stream,
            board=self.board,
            max_gb=self.max_gb,
            part=self.part,
            start_s=self.start_s,
            seconds=self.seconds,
        )

    @model_validator(mode="after")
    def _one_of_both(self) -> PlannedRecording:
        if (self.file is None) == (self.scenario is None):
            raise ValueError("wants either a file or a scenario")
        foreign = ("seed",) if self.file is not None else ("rate_hz", "channels", "stream", "board", "part", "start_s")
        for name in foreign:
            if getattr(self, name) is not None:
                raise ValueError(f"{name} is not for a {'file' if self.file is not None else 'scenario'}")
        if self.scenario is not None and self.seconds is None:
            raise ValueError("seconds: missing; a synthetic session has so many")
        if self.scenario is not None and self.seconds is not None and self.seconds < MIN_DURATION_S:
            raise ValueError(f"seconds: {self.seconds:g}; a synthetic session has {MIN_DURATION_S:g} or more")
        return self


class PlannedDesign(FileTable):
    """A design by its file; and an encoder and a decoder, if what these make of its tokens is to be compared."""

    file: Path = DEFAULT_DESIGN_PATH
    checkpoint: Path | None = None
    decoder: Path | None = None


class _File(FileTable):
    transcript: bool = False
    recordings: Mapping[Name, PlannedRecording] = Field(min_length=1)
    devices: Mapping[Name, PlannedDevice] = Field(min_length=1)
    designs: Mapping[Name, PlannedDesign] = Field(default={"reference": PlannedDesign()}, min_length=1)
    faults: Mapping[Name, Fault] = {}
    tolerances: Mapping[Name, Tolerances] = Field(default={"strict": Tolerances()}, min_length=1)

    @field_validator("recordings", "devices", "designs", "faults", "tolerances", mode="before")
    @classmethod
    def _each_by_its_name(cls, tables: Any, info: ValidationInfo) -> Any:
        """What is wrong in a table, under the name that the file gives it."""
        if not isinstance(tables, Mapping):
            return tables
        model = _TABLES[str(info.field_name)]
        for name, options in tables.items():
            try:
                model.model_validate(options)
            except ValidationError as error:
                colon = "." if error.errors()[0]["loc"] else ": "
                raise ValueError(f"{info.field_name}.{name}{colon}{first_complaint(error, model)}") from None
        return tables


_TABLES: Mapping[str, type[BaseModel]] = {
    "recordings": PlannedRecording,
    "devices": PlannedDevice,
    "designs": PlannedDesign,
    "faults": Fault,
    "tolerances": Tolerances,
}


@dataclass(frozen=True, kw_only=True)
class CaseKey:
    """The names that a plan's tables give to the parts of a case; `fault` is empty where there is none."""

    recording: str
    device: str
    design: str
    fault: str
    tolerances: str

    def __str__(self) -> str:
        return "--".join(filter(None, (self.recording, self.device, self.design, self.fault, self.tolerances)))


@dataclass(frozen=True, kw_only=True)
class Case:
    """One recording through one device of one design, with a fault or without, judged by one set of limits."""

    key: CaseKey
    recording: PlannedRecording
    device: PlannedDevice
    design: Path
    fault: Fault | None
    tolerances: Tolerances
    checkpoint: Path | None = None
    decoder: Path | None = None

    @property
    def name(self) -> str:
        """Of its key, which is the name of its folder, too."""
        return str(self.key)


@dataclass(frozen=True)
class Plan:
    """The cases of a file, in their order."""

    name: str
    cases: tuple[Case, ...]


def load_plan(path: Path) -> Plan:
    """Read a plan, and make sure that all that it names is there.

    Raises
    ------
    PlanError
        The file is missing or no TOML, it has an unknown key or a value that is none, no recordings or no devices; a
        recording's, a device's or a design's file is missing; a tolerance is of a band, an encoder or a decoder, or a
        fault of a channel, that a design has not; a device cannot have a fault.
    ModelError
        A tolerance is on a decoder whose file is none.
    DesignError, ScenarioError
        A design or a scenario is wrong.
    """
    try:
        wanted = _File.model_validate(read_toml(path, PlanError))
    except ValidationError as error:
        raise PlanError(f"{path}: {first_complaint(error, _File)}") from None
    _check_there(path, wanted)
    base = path.parent
    cases = [
        Case(
            key=CaseKey(recording=recording, device=device, design=design, fault=fault, tolerances=tolerances),
            recording=_recording_beside(base, wanted.recordings[recording]),
            device=_device_beside(base, wanted.devices[device], transcript=wanted.transcript and not fault),
            design=base / wanted.designs[design].file,
            fault=wanted.faults[fault] if fault else None,
            tolerances=wanted.tolerances[tolerances],
            checkpoint=_beside(base, wanted.designs[design].checkpoint),
            decoder=_beside(base, wanted.designs[design].decoder),
        )
        for recording, device, design, fault, tolerances in product(
            wanted.recordings, wanted.devices, wanted.designs, wanted.faults or [""], wanted.tolerances
        )
    ]
    return Plan(path.stem, tuple(cases))


def on_device(plan: Plan, device: PlannedDevice) -> Plan:
    """The plan with that device in place of each of its own, under the name of its kind; no case comes twice."""
    cases = {}
    for case in plan.cases:
        key = replace(case.key, device=device.kind)
        written = case.device.transcript and device.can_be_written_down
        cases[key] = replace(case, key=key, device=device.model_copy(update={"transcript": written}))
    return replace(plan, cases=tuple(cases.values()))


def _check_there(path: Path, wanted: _File) -> None:
    for name, recording in wanted.recordings.items():
        if recording.scenario is not None:
            load_scenario(_scenario(path.parent, recording.scenario))
        _check_file(path, f"recordings.{name}.file", recording.file)
    for name, device in wanted.devices.items():
        _check_file(path, f"devices.{name}.image", device.image)
        if device.port is not None and device.port.startswith("/"):
            _check_file(path, f"devices.{name}.port", Path(device.port))
    for name, planned in wanted.designs.items():
        _check_file(path, f"designs.{name}.file", planned.file)
        _check_file(path, f"designs.{name}.checkpoint", planned.checkpoint)
        _check_file(path, f"designs.{name}.decoder", planned.decoder)
        design = load_design(path.parent / planned.file)
        _check_faults(path, wanted, design)
        bands = design.band_names
        for limits, tolerances in wanted.tolerances.items():
            decoder = _beside(path.parent, planned.decoder)
            if trouble := unfit_limit(tolerances, name, planned.checkpoint, decoder):
                raise PlanError(f"{path}: tolerances.{limits}.{trouble}")
            for band in tolerances.min_sqnr_db:
                if band not in bands:
                    raise PlanError(
                        f"{path}: tolerances.{limits}.min_sqnr_db.{band}: design {name} has no such band; "
                        f"it has: {', '.join(bands)}"
                    )


def _check_faults(path: Path, wanted: _File, design: Design) -> None:
    """Faults that each design and device can have, and each synthetic session has room for."""
    for key, device in wanted.devices.items():
        line_faults = [name for name, fault in wanted.faults.items() if fault.facts.family is Family.LINK]
        if wanted.faults and (device.way == "bus" or device.transcript):
            what = "way = 'bus'" if device.way == "bus" else "transcript"
            raise PlanError(f"{path}: devices.{key}: {what} is for cases without a fault; take one of both out")
        if line_faults and device.paced:
            raise PlanError(f"{path}: devices.{key}: paced: a line with faults.{line_faults[0]} keeps no pace")
    for name, fault in wanted.faults.items():
        try:
            for recording in wanted.recordings.values():
                fault.on(design, recording.seconds)
            for device in wanted.devices.values():
                check_possible(device.kind, fault)
        except FaultError as error:
            raise PlanError(f"{path}: faults.{name}: {error}") from None


def _check_file(path: Path, key: str, file: Path | None) -> None:
    try:
        there = file is None or (path.parent / file).exists()
    except (OSError, ValueError):  # a name that is too long, or has a zero byte in it
        there = False
    if not there:
        raise PlanError(f"{path}: {key} = {str(file)!r}: is not there; a path is relative to the plan")


def _recording_beside(base: Path, planned: PlannedRecording) -> PlannedRecording:
    """A recording whose paths are relative to the plan no more."""
    if planned.file is not None:
        return planned.model_copy(update={"file": base / planned.file})
    return planned.model_copy(update={"scenario": _scenario(base, str(planned.scenario))})


def _device_beside(base: Path, planned: PlannedDevice, *, transcript: bool) -> PlannedDevice:
    """A device whose paths are relative to the plan no more, its conversation written down where that is wanted."""
    written = planned.transcript or (transcript and planned.can_be_written_down)
    return planned.model_copy(update={"image": _beside(base, planned.image), "transcript": written})


def _beside(base: Path, file: Path | None) -> Path | None:
    return None if file is None else base / file


def _scenario(base: Path, name_or_path: str) -> str:
    """A scenario's name, or a file of one's own, which is beside the plan."""
    return str(base / name_or_path) if name_or_path.endswith(".toml") else name_or_path
