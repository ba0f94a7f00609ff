"""Every kind of `summary.json` keeps to the schema that the site publishes, and a key more or less does not."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext

import jsonschema
import numpy as np
import pytest

from earloop.firmware.loopback import Loopback
from earloop.hil import summary_schema
from earloop.hil.analog.report import write_analog_report
from earloop.hil.analog.verdict import judge_analog
from earloop.hil.devices.from_transcript import TranscriptDevice
from earloop.hil.devices.in_process import GoldenDevice
from earloop.hil.devices.open_device import DeviceOptions
from earloop.hil.devices.open_faulty import open_faulty
from earloop.hil.devices.own_converter import take_samples
from earloop.hil.faults.fault import parse_fault
from earloop.hil.judging.decisions import Flips, ValueErrors
from earloop.hil.judging.embeddings import EmbeddingCosines
from earloop.hil.judging.judge import IncompleteError, judge, judge_replayed
from earloop.hil.link.earbud_link import EarbudLink
from earloop.hil.plan.plan import load_plan
from earloop.hil.plan.run import run_plan
from earloop.hil.reports.summary import write_report
from earloop.hil.transcript.reader import read_transcript
from earloop.spec.messages import SampleSource, Tap
from earloop.system.project import ROOT
from tests.hil.analog.bench import measured
from tests.hil.devices.test_own_converter import BySamples, bus, replayed
from tests.hil.judging.test_incomplete import PulledEarbud
from tests.hil.transcript.short_run import PATH, short_recording

__all__ = ["bus"]  # a fixture
PLAN = """
[recordings.short]
scenario = "short-session"
seconds = 10.0
[devices.model]
kind = "golden"
[devices.earbud]
kind = "serial"
port = "no-such-port"
"""
SCHEMA = summary_schema()
PAGE = (ROOT / "docs" / "reference" / "summary-json.md").read_text(encoding="utf-8")


def keeps_to(folder, kind):
    """Check the summary in a folder by the whole schema, and by the part for its kind."""
    summary = json.loads((folder / "summary.json").read_text())
    jsonschema.validate(summary, {**SCHEMA, "oneOf": [{"$ref": f"#/$defs/{kind}"}]})
    jsonschema.validate(summary, SCHEMA)
    return summary


def printed_by_the_page(folder, monkeypatch, capsys):
    """What the program of the page prints in a folder with a summary."""
    monkeypatch.chdir(folder)
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    capsys.readouterr()
    exec(compile(program, "summary-json.md", "exec"), {})
    return capsys.readouterr().out


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_pass_keeps_to_it(design, fixed, codes_10s, tmp_path):
    write_report(judge(GoldenDevice(fixed), codes_10s, fixed), design, "a.zarr", tmp_path / "out")
    assert keeps_to(tmp_path / "out", "verdict")["verdict"] == "pass"


def test_a_fail_keeps_to_it(design, failing, tmp_path):
    write_report(failing, design, "a.zarr", tmp_path / "out")
    summary = keeps_to(tmp_path / "out", "verdict")
    assert summary["verdict"] == "fail"
    assert summary["first_divergence"] is not None


def test_a_run_that_breaks_off_keeps_to_it(design, fixed, codes_10s, tmp_path):
    with pytest.raises(IncompleteError) as caught:
        judge(PulledEarbud(fixed, reads=40), codes_10s, fixed)
    write_report(caught.value.verdict, design, "a.zarr", tmp_path / "out")
    assert keeps_to(tmp_path / "out", "verdict")["verdict"] == "incomplete"


def test_a_run_with_a_fault_keeps_to_it(design, fixed, codes_10s, tmp_path):
    fault = parse_fault("stuck:T9")
    with open_faulty("golden", fixed, DeviceOptions(), fault) as device:
        verdict = judge(device, codes_10s, fixed, fault=fault)
    write_report(verdict, design, "a.zarr", tmp_path / "out")
    summary = keeps_to(tmp_path / "out", "verdict")
    assert summary["fault"]["kind"] == "stuck"
    assert summary["findings"]


def test_a_replay_of_a_transcript_keeps_to_it(design, fixed, tmp_path):
    with TranscriptDevice(fixed, read_transcript(PATH)) as device:
        verdict = judge(device, short_recording(design), fixed)
    write_report(verdict, design, "a.zarr", tmp_path / "out")
    assert keeps_to(tmp_path / "out", "verdict")["loss"] is not None


def test_an_acquisition_keeps_to_it(design, fixed, bus, tmp_path):
    with EarbudLink(Loopback(fixed, bus=bus), fixed, clock=BySamples(bus, 1000.4)) as link:
        run = take_samples(
            link, fixed, 5500, lambda samples: None, source=SampleSource.SPI, taps=Tap.CODES | Tap.TOKENS
        )
    write_report(judge_replayed(replayed(run, fixed), fixed), design, "its electrodes", tmp_path / "out")
    assert keeps_to(tmp_path / "out", "verdict")["converter"]["clock"] is not None


def test_an_analog_verdict_keeps_to_it(design, fixed, tmp_path, monkeypatch, capsys):
    run, _ = measured(fixed, seed=1)
    write_analog_report(judge_analog(run, fixed), design, "noise", tmp_path / "out")
    assert keeps_to(tmp_path / "out", "analog")["tokens_against_golden"] is not None
    assert printed_by_the_page(tmp_path / "out", monkeypatch, capsys) == "pass\n"


def test_a_plan_and_its_case_keep_to_it(tmp_path, monkeypatch, capsys):
    (tmp_path / "nightly.toml").write_text(PLAN)
    outcomes = run_plan(
        load_plan(tmp_path / "nightly.toml"), tmp_path / "out", lambda case, samples: nullcontext(lambda done: None)
    )
    assert {outcome.status.value for outcome in outcomes} == {"pass", "could not run"}
    assert len(keeps_to(tmp_path / "out", "plan")["cases"]) == 2
    keeps_to(tmp_path / "out" / outcomes[0].case, "verdict")
    assert "could not run" in printed_by_the_page(tmp_path / "out", monkeypatch, capsys)
    assert printed_by_the_page(tmp_path / "out" / outcomes[0].case, monkeypatch, capsys) == "pass\n"


def flips(device):
    """Of two windows, both of which the float path decides as the first class."""
    floats, start_s = np.zeros(2, np.int64), np.array([0.0, 4.0])
    return Flips(classes=("a", "b"), device=np.array(device), floats=floats, start_s=start_s, window_s=4.0)


@pytest.mark.parametrize(
    ("kind", "figures"),
    [
        ("embeddings", EmbeddingCosines(np.array([1.0, 0.9]), np.array([0.0, 4.0]), 4.0)),
        ("flips", flips([0, 1])),
        ("flips", flips([0, 0])),
        ("value_errors", ValueErrors(("x",), np.ones((1, 2, 1)), np.array([[0.0, 0.25]]))),
    ],
)
def test_the_figures_of_a_model_keep_to_it(kind, figures):
    jsonschema.validate(figures.summary(), {**SCHEMA, "oneOf": [{"$ref": f"#/$defs/{kind}"}]})


@pytest.mark.parametrize("change", ["a key more", "a key less", "a key more in a criterion", "another verdict"])
def test_another_summary_is_refused(design, failing, tmp_path, change):
    write_report(failing, design, "a.zarr", tmp_path / "out")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    if change == "a key more":
        summary["more"] = 1
    elif change == "a key less":
        del summary["tokens"]
    elif change == "a key more in a criterion":
        summary["criteria"][0]["more"] = 1
    else:
        summary["verdict"] = "maybe"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(summary, SCHEMA)
