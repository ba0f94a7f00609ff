"""The values of a run are light: whoever reads them waits for no plots, simulation or network."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from earloop.system.project import ROOT

HEAVY = {"matplotlib", "simpy", "torch", "scipy", "pandas", "zarr", "mne", "jinja2", "nicegui"}
MODULES = sorted(f"earloop.hil.run.{path.stem}" for path in (ROOT / "hil" / "run").glob("*.py"))


@pytest.mark.parametrize("module", MODULES)
def test_what_a_device_gave_back_is_imported_without_anything_heavy(module):
    source = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.run([sys.executable, "-c", source], capture_output=True, check=True).stdout)
    assert not HEAVY & set(loaded)


def test_it_loads_hardly_more_than_the_design():
    def count(module):
        source = f"import sys, {module}; print(len(sys.modules))"
        return int(subprocess.run([sys.executable, "-c", source], capture_output=True, check=True).stdout)

    assert count("earloop.hil.run.device") <= 1.3 * count("earloop.spec.design")
