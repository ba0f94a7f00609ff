"""The metadata of a BIDS data set of synthetic sessions; every field is stated here, so that no program guesses one.

Fields: https://bids-specification.readthedocs.io, sections "Dataset description" and "Electroencephalography".
"""

from __future__ import annotations

import csv
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from earloop.recordings.bids.events import NOT_KNOWN
from earloop.recordings.store.corpus_plan import CorpusPlan
from earloop.spec.design import Design

SINC3_3DB = 0.262  # over the data rate (SBAS499C, table 1: 262 Hz at 1 kSPS)
NO_LICENSE = "not stated; whoever publishes this data set states one"
REFERENCES = {
    "cross-ear": "each electrode against the mean of the other ear's electrodes",
    "within-ear": "each electrode against the mean of the other electrodes of its ear",
}


def software() -> str:
    """Return the name and version of this program."""
    return f"earloop {version('earloop')}"


def reference_of(design: Design) -> str:
    """Return a description of the channels' reference."""
    reference = design.electrodes.reference
    return REFERENCES[reference] if isinstance(reference, str) else f"{' and '.join(reference)}, wired together"


def describe_eeg(design: Design, scenario: dict[str, Any], samples: int) -> dict[str, Any]:
    """Return the fields of `..._eeg.json` that MNE-BIDS cannot know, or derives from the file format."""
    rate_hz = design.converter.rate_hz
    return {
        "TaskDescription": _sentence(str(scenario.get("about") or f"Scenario {scenario.get('name', 'unnamed')}")),
        "Instructions": "None: the person is simulated, and does what the scenario says",
        "InstitutionName": NOT_KNOWN,
        "InstitutionAddress": NOT_KNOWN,
        "InstitutionalDepartmentName": NOT_KNOWN,
        "Manufacturer": "none: simulated by earloop",
        "ManufacturersModelName": f"{design.name}, simulated ADS1299 at gain {design.converter.gain}",
        "DeviceSerialNumber": NOT_KNOWN,
        "CapManufacturer": "none: a simulated earbud",
        "CapManufacturersModelName": design.name,
        "SoftwareVersions": software(),
        "EEGReference": reference_of(design),
        "EEGGround": "bias electrode of the amplifier; the simulation gives it no site",
        "EEGPlacementScheme": "around the ears; each electrode has the name of the nearest site of the 10-10 system",
        "HardwareFilters": {
            "sinc3 of the converter": {
                "Half power cutoff (Hz)": SINC3_3DB * rate_hz,
                "First zero (Hz)": rate_hz,
                "High pass": "none; the electrodes' offset is part of the signal",
            }
        },
        "SoftwareFilters": NOT_KNOWN,
        "RecordingDuration": samples / rate_hz,
        "MISCChannelCount": 0,
        "SubjectArtefactDescription": "simulated, and named by the events: eyes, heart, muscles, motion, contacts",
    }


def describe_stimuli() -> dict[str, str]:
    """Return the description of the stimuli for an events table: there are none outside the simulation."""
    return {"SoftwareName": software(), "OperatingSystem": NOT_KNOWN, "Code": NOT_KNOWN}


def describe_data_set(plan: CorpusPlan) -> dict[str, Any]:
    """Return the fields of `dataset_description.json` except name, authors and license."""
    return {
        "GeneratedBy": [
            {
                "Name": "earloop",
                "Version": version("earloop"),
                "Description": f"synthetic; design {plan.design.design_hash}, seed {plan.seed}",
            }
        ],
        "SourceDatasets": [],
    }


def readme(plan: CorpusPlan, name: str) -> str:
    """Return the text of the data set's README."""
    design, scenario = plan.design, plan.scenario
    return f"""\
# {name}

Synthetic ExG (EEG, EOG, EMG, ECG) at the ears, made by {software()}: no person was recorded. The participants, their
ages and sexes are drawn by a random generator.

- Scenario: {scenario.get("name", "unnamed")}. {_sentence(str(scenario.get("about") or ""))}
- {plan.subjects} participants, {plan.seconds:,} s planned in {len(plan.sessions):,} sessions; sessions that were not
  finished when this data set was written are not in it.
- Channels: {", ".join(design.channels)}; reference: {reference_of(design)}.
- Converter: a simulated ADS1299, {design.converter.bits} bits, gain {design.converter.gain}, {design.converter.rate_hz}
  samples a second, {design.converter.lsb_uv:.9g} uV a code. The BDF files hold its codes bit for bit; BDF is only their
  container.
- Events are those that the simulation made, at their exact times. Overlapping states (such as sitting, silent,
  eyes_closed) each have an event of their own.
- The dates in the BDF headers mean nothing: the format must have one.
- Made again by the same seed ({plan.seed}) and design: SHA-256 {design.design_hash}.
"""


def update_json(path: Path, changes: dict[str, Any], without: tuple[str, ...] = ()) -> None:
    """Change fields of a sidecar, and remove the fields in `without`."""
    fields = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    changed = {key: value for key, value in (fields | changes).items() if key not in without}
    path.write_text(json.dumps(changed, indent=4, ensure_ascii=False) + "\n", encoding="utf-8")


def read_table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table as dictionaries by column."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def update_table(path: Path, changes: dict[str, str]) -> None:
    """Set values in every row of a table; missing columns are added."""
    rows = read_table(path)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0] | changes), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | changes for row in rows)


def _sentence(text: str) -> str:
    return f"{text}." if text and not text.endswith(".") else text
