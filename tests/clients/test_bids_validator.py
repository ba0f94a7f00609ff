"""The BIDS project's own validator finds nothing wrong with an exported corpus, and nothing left out that is known."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from earloop.recordings.bids.export import export_bids
from tests.corpora import tiny_plan, write_tiny

pytestmark = [
    pytest.mark.client,
    pytest.mark.skipif(find_spec("bids_validator_deno") is None, reason="bids-validator-deno is not installed"),
]
NOT_APPLICABLE = {"HEDVersion", "CogAtlasID", "CogPOID", "HeadCircumference"}  # nobody has told, or no such terms


def issues(folder):
    """Severity, code and field of each issue, and where."""
    program = Path(sys.executable).with_name("bids-validator-deno")
    done = subprocess.run([program, "--format", "json", folder], capture_output=True, check=False, timeout=300)
    found = json.loads(done.stdout)["issues"]["issues"]
    return {(issue["severity"], issue["code"], issue.get("subCode"), issue.get("location", "")) for issue in found}


@pytest.fixture(scope="module")
def exported(design, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bids")
    corpus = write_tiny(folder / "a.zarr", tiny_plan(design))
    export_bids(corpus, folder / "bids", authors=("Ada", "Bert"), license_name="CC0-1.0")
    return folder / "bids"


def test_no_error_and_no_question_that_could_be_answered(exported):
    left = {issue for issue in issues(exported) if issue[2] not in NOT_APPLICABLE}
    assert not left


def test_the_validator_notices_what_is_wrong(exported):
    """A validator that does not run finds nothing wrong either."""
    sidecar = next(exported.rglob("*_eeg.json"))
    before = sidecar.read_text()
    sidecar.write_text(before.replace('"SamplingFrequency"', '"SamplingRate"'))
    try:
        assert ("error", "SIDECAR_KEY_REQUIRED", "SamplingFrequency") in {issue[:3] for issue in issues(exported)}
    finally:
        sidecar.write_text(before)
