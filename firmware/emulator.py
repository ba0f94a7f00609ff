"""The STM32F405 in QEMU: netduinoplus2, with the earbud's two serial lines on pseudo terminals.

Instructions are counted, not estimated: with `-icount shift=7` each one takes 128 ns of the emulated time, which is
128 x 0.168 = 21.504 clocks of the 168 MHz SysTick that the firmware reads. The clocks in a STATUS, divided by
`CLOCKS_PER_INSTRUCTION` and rounded, are the exact number of instructions if no byte arrives during the tick.
"""

from __future__ import annotations

import os
import re
import select
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from earloop.spec.errors import EarloopError
from earloop.system.child_process import pipe, start_child
from earloop.system.programs import find_program

QEMU = "qemu-system-arm"
PACKAGE = "qemu-system-arm"
MACHINE = "netduinoplus2"
CORE_HZ = 168_000_000  # of the machine in QEMU, hw/arm/netduinoplus2.c

ICOUNT_SHIFT = 7
CLOCKS_PER_INSTRUCTION = CORE_HZ * 2**ICOUNT_SHIFT / 1e9

_START_S = 20.0
_STOP_S = 5.0
_PORTS = 2
_PTY = re.compile(rb"char device redirected to (\S+) ")


class Emulator:
    """A running QEMU; a context manager, which ends the process, also if this program is killed.

    Parameters
    ----------
    elf : the firmware
    icount : whether to count instructions; without it the clocks follow the host's time and have no meaning

    Attributes
    ----------
    port, bridge_port : paths of the pseudo terminals of the link and of the bridge to a converter, for pyserial

    Raises
    ------
    EarloopError
        QEMU is not installed, or ends during its start.
    """

    def __init__(self, elf: Path, *, icount: bool = True) -> None:
        qemu = find_program(QEMU)
        if qemu is None:
            raise EarloopError(f"{QEMU}: not found; install the Debian package {PACKAGE}")
        if not elf.is_file():
            raise EarloopError(f"{elf}: no such file; build it with earloop.firmware.build.build_elf")
        counting = ["-icount", f"shift={ICOUNT_SHIFT}"] if icount else []
        command = [
            qemu, "-M", MACHINE, "-kernel", str(elf), "-nodefaults", "-display", "none", "-serial", "pty",
            "-serial", "pty", "-monitor", "stdio", *counting,
        ]  # fmt: skip
        # QEMU's two threads pass every byte of the serial line to each other. On one core that is a context switch;
        # across two cores it is an interrupt, with which the stream takes 1.7 times as long in a virtual machine.
        self._process = start_child(
            command,
            one_core=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
        )
        try:
            self.port, self.bridge_port = self._await_ports()
        except BaseException:
            self.close()
            raise

    def reset(self) -> None:
        """Reset the machine: the firmware boots again, and its boot count increases."""
        self.check()
        try:
            pipe(self._process.stdin).write(b"system_reset\n")
        except OSError as error:
            self.check(_STOP_S)
            raise EarloopError(f"{QEMU}: the machine cannot be reset ({error.strerror})") from None

    def check(self, within_s: float = 0.0) -> None:
        """Raise an EarloopError if QEMU has ended, or ends within `within_s` seconds."""
        with suppress(subprocess.TimeoutExpired):
            code = self._process.wait(within_s)
            raise EarloopError(f"{QEMU}: {_ending(code)}: {_last_line(self._rest())}")

    def close(self) -> None:
        """Terminate QEMU, and kill it if it does not end; a second call has no effect."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(_STOP_S)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _await_ports(self) -> list[str]:
        stdout, output, deadline = pipe(self._process.stdout).fileno(), b"", time.monotonic() + _START_S
        while True:
            ready, _, _ = select.select([stdout], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise EarloopError(f"{QEMU}: named no serial port within {_START_S:g} s: {_last_line(output)}")
            chunk = os.read(stdout, 4096)
            output += chunk
            if len(ports := _PTY.findall(output)) == _PORTS:
                return [port.decode() for port in ports]
            if not chunk:
                code = self._process.wait(_STOP_S)
                raise EarloopError(f"{QEMU}: {_ending(code)}: {_last_line(output)}")

    def _rest(self) -> bytes:
        """Read the output that QEMU has written so far."""
        stdout = pipe(self._process.stdout)
        os.set_blocking(stdout.fileno(), False)
        return stdout.read() or b""


def _ending(code: int) -> str:
    """Describe a return code; a negative one is a signal's number."""
    return f"ended with {code}" if code >= 0 else f"killed by signal {-code}"


def _last_line(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it wrote no message"
