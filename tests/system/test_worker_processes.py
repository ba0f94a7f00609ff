"""Worker processes: what they are given reaches each, and they end with their parent's error, Ctrl-C or death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from earloop.system.worker_processes import processes
from tests.system.working import HELD, hold, length_held, pid_after, sleep_long

BIGGER_THAN_A_PIPE = bytes(1_000_000)


def test_what_is_given_reaches_every_worker():
    with processes(2, hold, BIGGER_THAN_A_PIPE) as executor:
        found = list(executor.map(length_held, range(8)))
    assert found == [len(BIGGER_THAN_A_PIPE)] * 8
    assert HELD == []


def test_fewer_workers_than_asked_for_are_no_trouble():
    with processes(4, hold, BIGGER_THAN_A_PIPE) as executor:
        assert executor.submit(length_held, 0).result() == len(BIGGER_THAN_A_PIPE)


def test_an_error_abandons_what_the_workers_do():
    pids = []

    def fail_while_they_work():
        with processes(2) as executor:
            pids.extend(executor.submit(pid_after, 0.0).result() for _ in range(2))
            running = [executor.submit(sleep_long) for _ in range(2)]
            while not any(future.running() for future in running):
                time.sleep(0.01)
            raise KeyError

    with pytest.raises(KeyError):
        fail_while_they_work()
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


PROGRAM = """
from earloop.system.worker_processes import processes
from tests.system.working import hold, sleep_long
if __name__ == "__main__":
    with processes(2, hold, bytes(1_000_000)) as executor:
        futures = [executor.submit(sleep_long) for _ in range(2)]
        print("begun", flush=True)
        try:
            futures[0].result()
        except KeyboardInterrupt:
            print("interrupted", flush=True)
            raise SystemExit(130)
"""


@pytest.mark.parametrize("after_s", [0.0, 0.05, 0.2, 0.5, 2.0])
def test_ctrl_c_is_the_parents_alone_even_while_workers_start(tmp_path, after_s):
    (tmp_path / "program.py").write_text(PROGRAM)
    with subprocess.Popen(
        [sys.executable, tmp_path / "program.py"], start_new_session=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as program:  # fmt: skip
        assert program.stdout.readline() == "begun\n"
        time.sleep(after_s)
        os.killpg(program.pid, signal.SIGINT)
        out, err = program.communicate(timeout=60)
    assert (program.returncode, out, err) == (130, "interrupted\n", "")
    while alive(
        program.pid
    ):  # the tracker of resources ends when it notices that its parent has; or this test's time is up
        time.sleep(0.02)


def alive(group):
    """The processes of a group that have not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            state, _, its_group = path.read_text().rpartition(")")[2].split()[:3]
            found += [path] if int(its_group) == group and state != "Z" else []
    return found
