"""What the workers of a test do; in a module of its own, for a worker imports it."""

from __future__ import annotations

import os
import time

HELD: list[bytes] = []


def hold(content):
    HELD.append(content)


def length_held(_):
    return len(HELD[-1])


def pid_after(seconds):
    time.sleep(seconds)
    return os.getpid()


def sleep_long():
    time.sleep(3600)
