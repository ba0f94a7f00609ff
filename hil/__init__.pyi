from .devices.open_device import DeviceOptions, open_device
from .devices.open_faulty import open_faulty
from .devices.replayed import DeviceError, Replayed, replay
from .faults.fault import Fault, FaultError, parse_fault
from .judging.criterion import Criterion, CriterionState
from .judging.judge import IncompleteError, Verdict, judge, judge_replayed
from .judging.tolerances import Tolerances
from .plan.plan import Plan, PlanError, load_plan
from .plan.run import Outcome, run_plan
from .reports.summary import ReportError, write_report
from .reports.summary_schema import summary_schema
from .run.device import Device, DeviceRun, Identity

__all__ = [
    "Criterion",
    "CriterionState",
    "Device",
    "DeviceError",
    "DeviceOptions",
    "DeviceRun",
    "Fault",
    "FaultError",
    "Identity",
    "IncompleteError",
    "Outcome",
    "Plan",
    "PlanError",
    "Replayed",
    "ReportError",
    "Tolerances",
    "Verdict",
    "judge",
    "judge_replayed",
    "load_plan",
    "open_device",
    "open_faulty",
    "parse_fault",
    "replay",
    "run_plan",
    "summary_schema",
    "write_report",
]
