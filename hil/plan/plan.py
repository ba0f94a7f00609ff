"""A plan: which recordings run on which devices, with which designs, faults and tolerances.

    [recordings.mine]                     # a file; a path is relative to the plan
    file = "mine.csv.gz"
    rate_hz = 256.0
    channels = ["TP9", "TP10", "AF7", "AF8"]  # as many as the design's electrodes, in their order
    map = {EarL1 = "T7", EarR1 = "T8"}    # or the electrode of each channel by its name in the file
    max_gb = 8.0                          # limit of memory for its samples
    part = 2                              # of an interrupted file; or start_s = 60.0 and seconds = 10.0, or both

    [recordings.made]                     # or a synthetic session with the simulated front end
    scenario = "short-session"            # its name, or a .toml file next to the plan
    seconds = 20.0
    seed = 4

    [devices.emulated]
    kind = "firmware"                     # or another of `earloop.hil.devices.open_device`, whose options are keys, too
    way = "bus"                           # input by the converter's model instead of the link; firmware only
    taps = ["bands", "codes"]             # to compare in addition to tokens; or ["all"] that the device offers
    paced = true                          # or in real time, with a measurement of the timing
    transcript = true                     # or with each case's conversation in its folder; above all tables: for all
                                          # devices that can have one
    [designs.reference]                   # by default: the reference design
    file = "neurobuds.toml"               # or the name of a shipped design, such as "muse"
    checkpoint = "run/checkpoint.safetensors"  # to compare embeddings
    decoder = "task/decoder.safetensors"  # to compare decisions

    [faults.loose]                        # optional; a case with a fault passes if the fault is noticed
    kind = "lead-off"                     # of `hil/faults/kinds.py`; also channels, begins_s, lasts_s, amount, seed
    channels = ["T7"]

    [tolerances.strict]                   # optional; see `earloop.hil.judging.tolerances`
    mismatches = 0
    lost_tokens = 0
    max_clock_ppm = 50.0                  # error of the clock of a device's converter, if it can be measured
    converter_restarts = 0
    saturated_share = 0.01
    railed_share = 1.0                    # share of a channel's samples at the rails; with more, not judged
    flat_channels = 1                     # number of flat channels; with more, not judged
    min_cosine = 0.999                    # of embeddings; needs a checkpoint for every design
    max_flipped = 0.01                    # share of flipped decisions; needs a decoder for every design
    min_sqnr_db = { eeg_delta = 90.0 }

Each combination is a case. The cases have the order of the file; the last table varies fastest.
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
from earloop.spec.shipped import design_file, shipped_designs
from earloop.spec.toml_file import read_toml
from earloop.spec.validation import FileTable, first_complaint
from earloop.synth_data import load_scenario
from earloop.synth_data.scenes.timeline import MIN_DURATION_S

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]+(-[A-Za-z0-9_]+)*$")]


class PlanError(EarloopError):
    """A plan cannot be run; the message says why."""


class PlannedRecording(FileTable):
    """A file with its reading options, or a synthetic session."""

    file: Path | None = None
    """The file, relative to the plan. A recording has either this or a `scenario`."""
    rate_hz: float | None = Field(default=None, gt=0)
    """The sampling rate of a file that does not say its rate."""
    channels: tuple[str, ...] | None = None
    """The channels to take, as many as the design's electrodes and in their order."""
    map: Mapping[str, str] | None = None
    """The electrode of each channel, by its name in the file: `{EarL1 = "T7"}`."""
    stream: str | None = None
    """The name, type or number of an XDF file's stream."""
    board: str | None = None
    """The BrainFlow board that wrote a table without a header, by name or number."""
    max_gb: float = Field(default=DEFAULT_MAX_GB, gt=0)
    """The limit of memory for its samples."""
    part: int | None = Field(default=None, ge=1)
    """The part of an interrupted file, from 1."""
    start_s: float | None = Field(default=None, ge=0)
    """The time from which on samples are taken, since the file's first sample."""
    scenario: str | None = None
    """The name of a shipped scenario, or a scenario file relative to the plan. A recording has either this or a `file`.
    """
    seconds: float | None = Field(default=None, gt=0)
    """The duration to take of a file; the duration of a synthetic session, which is 10 s or more and must be given."""
    seed: int | None = Field(default=None, ge=0)
    """The seed of a synthetic session; 1 if it is left out."""

    @property
    def read_options(self) -> ReadOptions:
        """The options with which its file is read."""
        return ReadOptions(
            rate_hz=self.rate_hz,
            channels=self.channels,
            renames=None if self.map is None else tuple(self.map.items()),
            stream=self.stream,
            board=self.board,
            max_gb=self.max_gb,
            part=self.part,
            start_s=self.start_s,
            seconds=self.seconds,
        )

    @model_validator(mode="after")
    def _check_either(self) -> PlannedRecording:
        if (self.file is None) == (self.scenario is None):
            raise ValueError("needs either a file or a scenario")
        foreign = (
            ("seed",) if self.file is not None else ("rate_hz", "channels", "map", "stream", "board", "part", "start_s")
        )
        for name in foreign:
            if getattr(self, name) is not None:
                raise ValueError(f"{name} is not for a {'file' if self.file is not None else 'scenario'}")
        if self.scenario is not None and self.seconds is None:
            raise ValueError("seconds: missing; a synthetic session needs a duration")
        if self.scenario is not None and self.seconds is not None and self.seconds < MIN_DURATION_S:
            raise ValueError(f"seconds: {self.seconds:g}; a synthetic session has {MIN_DURATION_S:g} or more")
        return self


class PlannedDesign(FileTable):
    """A design by its file or shipped name, optionally with an encoder and a decoder for comparison."""

    file: Path = DEFAULT_DESIGN_PATH
    """The design file, relative to the plan, or the name of a shipped design."""
    checkpoint: Path | None = None
    """A checkpoint, or the folder of a pretraining, to compare embeddings."""
    decoder: Path | None = None
    """A decoder, to compare decisions."""


class PlanTables(FileTable):
    """The tables of a plan file; every combination of one of each is a case."""

    transcript: bool = False
    """Whether every device that can have a transcript leaves one for each case without a fault."""
    recordings: Mapping[Name, PlannedRecording] = Field(min_length=1)
    """The recordings, one table each under a name of the user's choice."""
    devices: Mapping[Name, PlannedDevice] = Field(min_length=1)
    """The devices."""
    designs: Mapping[Name, PlannedDesign] = Field(default={"reference": PlannedDesign()}, min_length=1)
    """The designs; without this table the reference design, under the name `reference`."""
    faults: Mapping[Name, Fault] = {}
    """The faults; each case has one of them, or none without this table. A case with a fault passes if the fault is
    noticed.
    """
    tolerances: Mapping[Name, Tolerances] = Field(default={"strict": Tolerances()}, min_length=1)
    """The sets of limits; without this table the defaults, under the name `strict`."""

    @field_validator("recordings", "devices", "designs", "faults", "tolerances", mode="before")
    @classmethod
    def _each_by_its_name(cls, tables: Any, info: ValidationInfo) -> Any:
        """Check each table, and report errors with the name of the table in the file."""
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
    """The names of a case's tables in the plan; `fault` is empty without a fault."""

    recording: str
    device: str
    design: str
    fault: str
    tolerances: str

    def __str__(self) -> str:
        return "--".join(filter(None, (self.recording, self.device, self.design, self.fault, self.tolerances)))


@dataclass(frozen=True, kw_only=True)
class Case:
    """One recording on one device with one design, with or without a fault, judged by one set of limits."""

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
        """The name of the case, which is also the name of its folder."""
        return str(self.key)


@dataclass(frozen=True)
class Plan:
    """The cases of a plan file, in order."""

    name: str
    cases: tuple[Case, ...]


def load_plan(path: Path) -> Plan:
    """Read a plan, and check that all files that it names exist.

    Raises
    ------
    PlanError
        The file is missing or no TOML; it has an unknown key, an invalid value, no recordings or no devices; the
        file of a recording, device or design is missing; a tolerance is for a band, encoder or decoder, or a fault for
        a channel, that a design lacks; or a device cannot have a fault.
    ModelError
        A tolerance needs a decoder whose file is invalid.
    DesignError, ScenarioError
        A design or a scenario is invalid.
    """
    try:
        wanted = PlanTables.model_validate(read_toml(path, PlanError))
    except ValidationError as error:
        raise PlanError(f"{path}: {first_complaint(error, PlanTables)}") from None
    _check_files(path, wanted)
    base = path.parent
    cases = [
        Case(
            key=CaseKey(recording=recording, device=device, design=design, fault=fault, tolerances=tolerances),
            recording=_recording_beside(base, wanted.recordings[recording]),
            device=_device_beside(base, wanted.devices[device], transcript=wanted.transcript and not fault),
            design=design_file(wanted.designs[design].file, base),
            fault=wanted.faults[fault] if fault else None,
            tolerances=wanted.tolerances[tolerances],
            checkpoint=_checkpoint_beside(base, wanted.designs[design].checkpoint),
            decoder=_beside(base, wanted.designs[design].decoder),
        )
        for recording, device, design, fault, tolerances in product(
            wanted.recordings, wanted.devices, wanted.designs, wanted.faults or [""], wanted.tolerances
        )
    ]
    return Plan(path.stem, tuple(cases))


def on_device(plan: Plan, device: PlannedDevice) -> Plan:
    """Return the plan with this device instead of its own, under the name of its kind; equal cases are merged.

    The taps that a case compares stay those of the plan.
    """
    cases = {}
    for case in plan.cases:
        key = replace(case.key, device=device.kind)
        kept = {
            "transcript": case.device.transcript and device.can_have_transcript,
            "taps": device.taps or case.device.taps,
        }
        cases[key] = replace(case, key=key, device=device.model_copy(update=kept))
    return replace(plan, cases=tuple(cases.values()))


def _check_files(path: Path, wanted: PlanTables) -> None:
    for name, recording in wanted.recordings.items():
        if recording.scenario is not None:
            load_scenario(_scenario(path.parent, recording.scenario))
        _check_file(path, f"recordings.{name}.file", recording.file)
    for name, device in wanted.devices.items():
        _check_file(path, f"devices.{name}.image", device.image)
        if device.port is not None and device.port.startswith("/"):
            _check_file(path, f"devices.{name}.port", Path(device.port))
    for name, planned in wanted.designs.items():
        if str(planned.file) not in shipped_designs():
            _check_file(path, f"designs.{name}.file", planned.file)
        _check_file(path, f"designs.{name}.checkpoint", planned.checkpoint)
        _check_file(path, f"designs.{name}.decoder", planned.decoder)
        design = load_design(design_file(planned.file, path.parent))
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


def _check_faults(path: Path, wanted: PlanTables, design: Design) -> None:
    """Check that each design and device can have the faults, and that each synthetic session is long enough."""
    for key, device in wanted.devices.items():
        line_faults = [name for name, fault in wanted.faults.items() if fault.facts.family is Family.LINK]
        if wanted.faults and (device.way == "bus" or device.transcript):
            option = "way = 'bus'" if device.way == "bus" else "transcript"
            raise PlanError(
                f"{path}: devices.{key}: {option} is for cases without a fault; remove {option}, or the faults"
            )
        if line_faults and device.paced:
            raise PlanError(
                f"{path}: devices.{key}: paced: a run with faults.{line_faults[0]} cannot be paced; remove one"
            )
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
        exists = file is None or (path.parent / file).exists()
    except (OSError, ValueError):  # a name that is too long, or has a zero byte in it
        exists = False
    if not exists:
        raise PlanError(f"{path}: {key} = {str(file)!r}: does not exist; a path is relative to the plan")


def _recording_beside(base: Path, planned: PlannedRecording) -> PlannedRecording:
    """Return a recording whose paths are no longer relative to the plan."""
    if planned.file is not None:
        return planned.model_copy(update={"file": base / planned.file})
    return planned.model_copy(update={"scenario": _scenario(base, str(planned.scenario))})


def _device_beside(base: Path, planned: PlannedDevice, *, transcript: bool) -> PlannedDevice:
    """Return a device whose paths are no longer relative to the plan, with a transcript if requested and possible."""
    recorded = planned.transcript or (transcript and planned.can_have_transcript)
    return planned.model_copy(update={"image": _beside(base, planned.image), "transcript": recorded})


def _beside(base: Path, file: Path | None) -> Path | None:
    return None if file is None else base / file


def _checkpoint_beside(base: Path, path: Path | None) -> Path | None:
    """Return the file of a checkpoint, which a plan may name by its folder; the logs beside it are no input."""
    if path is None:
        return None
    from earloop.model.pretraining.checkpoint import checkpoint_file

    return checkpoint_file(base / path)


def _scenario(base: Path, name_or_path: str) -> str:
    """Return a scenario's name, or the path of a scenario file relative to the plan."""
    return str(base / name_or_path) if name_or_path.endswith(".toml") else name_or_path
