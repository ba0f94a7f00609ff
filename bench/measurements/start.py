"""The start of a command: processor time, which depends on the machine, and imported modules, which do not."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from bench.table import ResultRow

NEEDS = ()
RUNS = 5
HELP = "from earloop.cli.main import main; main(['hil', 'run', '--help'])"
RUN = """
import sys
import earloop.hil.devices.open_device
import earloop.hil.devices.open_faulty
earloop.hil.devices.open_faulty.open_device = lambda *device: sys.exit(0)
from earloop.cli.main import main
main(['hil', 'run', '--device', 'golden', '--recording', {session!r}, '--out', {out!r}])
"""
COUNTED = """
import atexit, json, sys
atexit.register(lambda: print(json.dumps(len(sys.modules))))
"""


def measure() -> list[ResultRow]:
    """Measure the help, and a run with a compiled design until its device is opened."""
    with tempfile.TemporaryDirectory() as folder:
        session, out = str(Path(folder) / "session.zarr"), str(Path(folder) / "out")
        _python(f"from earloop.cli.main import main; main(['synth', '--seconds', '10', '--out', {session!r}])")
        run = RUN.format(session=session, out=out)
        for source in (HELP, run):
            _python(source)  # writes bytecode, and the compiled design
        numpy_s = median(_cpu_s("import numpy") for _ in range(RUNS))
        rows = []
        for what, source, most_s in (
            ("earloop hil run --help", HELP, 0.5),
            ("earloop hil run, until its device", run, 1.5),
        ):
            seconds = median(_cpu_s(source) for _ in range(RUNS))
            modules = json.loads(_python(COUNTED + source).splitlines()[-1])
            against = f"{seconds / numpy_s:.2f} x importing numpy; {modules} modules"
            rows.append(
                ResultRow(
                    what=f"Start of {what}, processor time", value=seconds, unit="s", against=against, at_most=most_s
                )
            )
        return [*rows, _import_of_a_run(), *_imports_of_a_user(numpy_s)]


def _imports_of_a_user(numpy_s: float) -> list[ResultRow]:
    rows = []
    for what, source, most_s in (
        ("Import of earloop", "import earloop", 0.2),
        (
            "Import of corpora and checkpoints",
            "import earloop.model.tokens.corpus_tokens, earloop.model.pretraining.checkpoint",
            1.5,
        ),
    ):
        _python(source)
        seconds = median(_cpu_s(source) for _ in range(RUNS))
        against = f"{seconds / numpy_s:.2f} x importing numpy"
        rows.append(ResultRow(what=f"{what}, processor time", value=seconds, unit="s", against=against, at_most=most_s))
    return rows


def _import_of_a_run() -> ResultRow:
    """Compare the import of a run's values, which every report and test needs, with the import of a design."""
    imports = ("import earloop.hil.run.device", "import earloop.spec.design")
    for source in imports:
        _python(source)
    run_s, design_s = (median(_cpu_s(source) for _ in range(RUNS)) for source in imports)
    return ResultRow(
        what="Import of hil.run, processor time",
        value=run_s / design_s,
        unit="x importing spec.design",
        against=f"spec.design, {design_s:.2f} s",
        at_most=1.3,
    )


def _cpu_s(source: str) -> float:
    """Return the processor seconds of a new Python process that runs a source."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _python(source)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _python(source: str) -> str:
    keeps_bytecode = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-c", source]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=keeps_bytecode).stdout
