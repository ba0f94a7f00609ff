"""What a command loads before it does anything: judged by modules, for seconds differ from machine to machine."""

from __future__ import annotations

import json
import subprocess
import sys

import click
import pytest

from earloop.cli.main import cli

# Each takes a tenth of a second to three seconds to import.
HEAVY = {
    "bleak", "distributed", "fastapi", "jinja2", "lightning_fabric", "matplotlib", "mne", "nicegui", "numba", "onnx",
    "pandas",
    "scipy.interpolate", "scipy.signal", "scipy.stats", "simpy", "sklearn", "tensorboard", "torch", "zarr",
}  # fmt: skip
# Of their choices these two show tables that stand in modules with arrays.
WITH_ARRAYS = {"earloop finetune", "earloop rtl synth", "earloop rtl power", "earloop rtl", "earloop sim timeline"}
HELP = """
import json, sys
from earloop.cli.main import main
loaded = {{}}
for words in {arguments!r}:
    try:
        main([*words.split()[1:], "--help"])
    except SystemExit as end:
        assert end.code in (0, None), (words, end.code)
    loaded[words] = sorted(sys.modules)
print(json.dumps(loaded))
"""
STARTED = """
import json, sys
from earloop.cli.main import main
import earloop.hil.devices.open_device

def opened(kind, fixed, options):
    print(json.dumps(sorted(sys.modules)))
    sys.exit(0)

earloop.hil.devices.open_device.open_device = opened
import earloop.hil.devices.open_faulty
earloop.hil.devices.open_faulty.open_device = opened
main({arguments!r})
"""


def commands():
    """Every command and group by its words."""
    found = []

    def walk(command, context):
        found.append(context.command_path)
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                walk(inner, click.Context(inner, info_name=name, parent=context))

    walk(cli, click.Context(cli, info_name="earloop"))
    return set(found)


def run(source, arguments):
    """The last line that a fresh Python prints, as JSON."""
    command = [sys.executable, "-c", source.format(arguments=list(map(str, arguments)))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("with_arrays", [False, True])
def test_help_loads_nothing_that_takes_long(with_arrays):
    """One process shows the help of one command after the other."""
    wanted = WITH_ARRAYS if with_arrays else commands() - WITH_ARRAYS
    refused = HEAVY if with_arrays else HEAVY | {"numpy", "pydantic", "scipy"}
    loaded = run(HELP, sorted(wanted))
    assert {words: set(modules) & refused for words, modules in loaded.items()} == {words: set() for words in wanted}
    assert max(len(modules) for modules in loaded.values()) < (500 if with_arrays else 250)


def test_a_run_loads_neither_plots_nor_filters_before_its_device_is_opened(session, tmp_path):
    arguments = ("hil", "run", "--device", "golden", "--recording", session, "--out", tmp_path / "out")
    run(STARTED, arguments)  # compiles the design, if it has not been yet
    loaded = set(run(STARTED, arguments))
    assert loaded & HEAVY == {"zarr"}  # which reads the session
    assert len(loaded) < 900
