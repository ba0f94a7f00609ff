"""Waveform generators by PyVISA: opened by resource name, identified by *IDN?, with an error query per command."""

from __future__ import annotations

import warnings
from contextlib import suppress
from typing import Any

import numpy as np
import pyvisa
from numpy.typing import NDArray

from earloop.hil.analog.generator import GeneratorError, GeneratorFacts, Opened, check_waveform
from earloop.hil.analog.scpi_dialects import dialect_of, outputs_of
from earloop.spec.errors import EarloopError

BACKEND = "@py"  # pyvisa-py, which needs no library of a vendor
TIMEOUT_MS = 10_000  # an instrument that parses a million points takes seconds
MOST_BYTES = 4096  # limit of an answer; names and errors have some dozens of bytes
_SHOWN = 200  # characters of an answer in a message
MOST_ERRORS = 20  # size of a queue, SCPI-99 volume 2, section 21.8; some instruments never report "no error"


def list_resources(backend: str = BACKEND) -> tuple[str, ...]:
    """Return the resources that VISA finds; instruments on the network may have to be named."""
    manager = _manager(backend)
    try:
        with warnings.catch_warnings(action="ignore"):  # of discoveries for which pyvisa-py lacks a package
            return tuple(manager.list_resources("?*"))
    finally:
        manager.close()


class VisaGenerator(Opened):
    """An open instrument with a known dialect.

    Parameters
    ----------
    resource : such as `TCPIP::192.168.1.20::INSTR` or `USB0::2391::11271::MY52600000::INSTR`
    backend : backend of PyVISA, such as `@py`

    Raises
    ------
    GeneratorError
        The instrument was not found, does not answer, or is not supported.
    """

    def __init__(self, resource: str, backend: str = BACKEND) -> None:
        self._resource = resource
        self._manager = _manager(backend)
        try:
            self._instrument: Any = self._open()
            self._identity = self._query("*IDN?")
            self._dialect = dialect_of(self._identity)
        except EarloopError as error:
            with suppress(pyvisa.Error, OSError):
                self._manager.close()
            raise GeneratorError(f"visa:{resource}: {error}") from None
        maker, model, serial = (part.strip() for part in (self._identity + ",,").split(",")[:3])
        self.facts = GeneratorFacts(
            name=f"{maker} {model}, serial number {serial}",
            outputs=outputs_of(self._dialect, self._identity),
            max_v=self._dialect.max_v,
            max_points=self._dialect.max_points,
            max_rate_hz=self._dialect.max_rate_hz,
            bits=self._dialect.bits,
            gain_known=True,
            low_hz=0.0,
        )

    def load(self, volts: NDArray[np.float64], rate_hz: float) -> None:
        """Load a waveform, V, [points, outputs], and arm the trigger."""
        check_waveform(self.facts, volts, rate_hz)
        dialect = self._dialect
        for n, wave_v in enumerate(volts.T, start=1):
            peak_v = max(float(np.abs(wave_v).max()), 1e-3)
            values = dialect.values((wave_v / peak_v).tolist())
            for line in (*dialect.prepare, dialect.load, *dialect.arm):
                self._send(line.format(n=n, values=values, rate=rate_hz, vpp=2 * peak_v))

    def trigger(self) -> None:
        """Play the waveform once on all outputs."""
        for line in self._dialect.play[: self.facts.outputs]:
            self._send(line)

    def stop(self) -> None:
        """Silence all outputs."""
        for n in range(1, self.facts.outputs + 1):
            self._send(self._dialect.stop.format(n=n))

    def close(self) -> None:
        """Close the instrument and the VISA session."""
        for opened in (self._instrument, self._manager):
            with suppress(pyvisa.Error, OSError):  # the connection may be lost
                opened.close()

    def _open(self) -> Any:
        try:
            instrument: Any = self._manager.open_resource(
                self._resource, read_termination="\n", write_termination="\n", timeout=TIMEOUT_MS
            )
        except (pyvisa.Error, ValueError, OSError) as error:
            raise GeneratorError(
                f"cannot be opened ({_in_a_line(error)}): is it on? `earloop hil generators` lists all"
            ) from None
        return instrument

    def _send(self, line: str) -> None:
        """Send a command; raise a GeneratorError with the errors that the instrument reports for it."""
        try:
            self._instrument.write(line)
        except (pyvisa.Error, OSError) as error:
            raise GeneratorError(f"{self.facts.name}: connection lost at {line[:40]!r} ({_in_a_line(error)})") from None
        errors = []
        for _ in range(MOST_ERRORS):
            answer = self._query(self._dialect.error)
            if answer.lstrip("+").startswith("0,"):
                break
            errors.append(answer)
        if errors:
            raise GeneratorError(f"{self.facts.name}: refuses {line[:40]!r}: {'; '.join(errors)}")

    def _query(self, line: str) -> str:
        """Return the answer to a query in one line, limited in length."""
        try:
            self._instrument.write(line)
            # One low-level read: PyVISA's own query repeats it until the end of the answer, which may never come.
            data, _ = self._instrument.visalib.read(self._instrument.session, MOST_BYTES)
        except (pyvisa.Error, OSError) as error:
            words = _in_a_line(error)
            raise GeneratorError(f"does not answer {line} ({words}): is it an instrument with SCPI?") from None
        if not (answer := _in_a_line(data.decode("ascii", errors="replace"))):
            raise GeneratorError(f"does not answer {line}: is it on, and an instrument with SCPI?")
        return answer


def _in_a_line(text: object) -> str:
    """Return the text of an instrument or a library in one printable line."""
    printable = "".join(letter if letter.isprintable() else " " for letter in str(text))
    return " ".join(printable.split())[:_SHOWN]


def _manager(backend: str) -> pyvisa.ResourceManager:
    try:
        return pyvisa.ResourceManager(backend)
    except (ValueError, OSError) as error:
        raise GeneratorError(f"VISA: backend {backend} cannot be used ({error})") from None
