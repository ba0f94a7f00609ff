"""Children of the project end with their parent."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from threading import Thread

import pytest

from earloop.system.child_process import pipe, start_child

SLEEPER = [sys.executable, "-c", "import sys; print('up', flush=True); sys.stdin.read()"]
PARENT = """
import subprocess, sys
from earloop.system.child_process import start_child
pipe = subprocess.PIPE
child = start_child([sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"], stdout=pipe)
child.stdout.readline()
print(child.pid, flush=True)
input()
"""


def test_a_child_is_started_as_itself():
    child = start_child(SLEEPER, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"up\n"
    child.communicate()
    assert child.returncode == 0


def test_a_child_is_killed_with_its_parent():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    watch = os.pidfd_open(int(parent.stdout.readline()))  # becomes readable when the child has ended
    try:
        parent.send_signal(signal.SIGKILL)
        parent.communicate()
        ended, _, _ = select.select([watch], [], [], 30)
    finally:
        os.close(watch)
    assert ended


def test_a_child_outlives_the_thread_that_asked_for_it():
    started = []
    thread = Thread(target=lambda: started.append(start_child(SLEEPER, stdin=subprocess.PIPE, stdout=subprocess.PIPE)))
    thread.start()
    thread.join()
    (child,) = started
    assert child.stdout.readline() == b"up\n"
    assert child.poll() is None
    child.communicate()
    assert child.returncode == 0


def test_a_child_runs_on_one_core_when_asked():
    child = start_child(SLEEPER, one_core=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"up\n"
    assert len(os.sched_getaffinity(child.pid)) == 1
    child.communicate()


def test_the_asking_thread_keeps_its_cores():
    before = os.sched_getaffinity(0)
    for one_core in (True, False):
        child = start_child(SLEEPER, one_core=one_core, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        child.communicate()
    assert os.sched_getaffinity(0) == before
    assert child.returncode == 0


def test_a_missing_program_is_told_by_its_name():
    with pytest.raises(FileNotFoundError, match="no-such-program"):
        start_child(["no-such-program"])


def test_a_stream_without_a_pipe_is_refused():
    with start_child(["true"], stdout=subprocess.PIPE) as child:
        assert pipe(child.stdout).read() == b""
        with pytest.raises(ValueError, match="without a pipe"):
            pipe(child.stdin)
