"""The diagnosis of a running device: `earloop.hil.diagnosis.diagnose` on the seconds that were judged last.

The slowest bands differ long after a fault is over. So if the fast bands are right, there are no findings about the
signal. There are also none if they differ for less time than the slowest fault needs, because a fault that has just
begun, or that leaves the window, would get a wrong name or none.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from earloop.hil.diagnosis.diagnose import diagnose
from earloop.hil.diagnosis.evidence import fast_bands
from earloop.hil.diagnosis.expected import EXPECTED
from earloop.hil.diagnosis.finding import Finding, Symptom
from earloop.hil.run.device import DeviceRun
from earloop.hil.run.line_account import LineAccount
from earloop.spec.fixed import FixedDesign
from earloop.spec.taps import Taps, concatenate_taps

WINDOW_S = 12.0
NEEDS_S = max(expected.needs_s for expected in EXPECTED.values())


@dataclass(frozen=True, kw_only=True)
class JudgedPatch:
    """One patch: its codes, the expected values, and the received values.

    number : index in its pass
    codes : int32 [samples, channels]
    golden : every tap of the golden model; its tokens are int16 [1, channels, bands, patch]
    tokens, received : int16 [channels, bands, patch], and which arrived, bool [channels, bands]
    bands : int32 [ticks, channels, bands]; those of the golden model where none arrived
    """

    number: int
    codes: NDArray[np.int32]
    golden: Taps
    tokens: NDArray[np.int16]
    received: NDArray[np.bool_]
    bands: NDArray[np.int32]


class Recent:
    """The newest patches of one pass, in order."""

    def __init__(self, fixed: FixedDesign) -> None:
        self._fixed = fixed
        self._block = fixed.design.patch_samples
        self._patches: deque[JudgedPatch] = deque(maxlen=round(WINDOW_S * fixed.design.converter.rate_hz / self._block))
        self._restarts: list[int] = []  # indices of the first patches after restarts that the device reported

    def add(self, patch: JudgedPatch) -> None:
        """Add the next patch."""
        self._patches.append(patch)

    def restarted(self, patch: int) -> None:
        """Note that the device reported a restart at this patch."""
        self._restarts.append(patch)

    @property
    def window(self) -> Window | None:
        """The present patches; None before the first."""
        patches = tuple(self._patches)
        if not patches:
            return None
        first = patches[0].number
        restarts = tuple((patch - first) * self._block for patch in self._restarts if patch > first)
        return Window(self._fixed, patches, restarts)


@dataclass(frozen=True)
class Window:
    """Patches without a gap.

    restarts : samples, relative to the first of the window, at which the device reported a restart
    """

    fixed: FixedDesign
    patches: tuple[JudgedPatch, ...]
    restarts: tuple[int, ...]

    @property
    def begins_s(self) -> float:
        """Start of the window in the time of the pass, in s."""
        return self.patches[0].number * self.fixed.design.patch_s

    def diagnose(self, line: LineAccount) -> list[Finding]:
        """Return findings, the most certain first, with times in the pass; `line` has the counts of this window."""
        golden = concatenate_taps([patch.golden for patch in self.patches])
        tokens, received = (
            np.stack([getattr(patch, name) for patch in self.patches]) for name in ("tokens", "received")
        )
        bands = np.concatenate([patch.bands for patch in self.patches])
        run = DeviceRun(tokens=tokens, taps={"bands": bands}, received=received, line=line, restarts=self.restarts)
        differ_s = self._fast_differ_s(golden, run)
        if not differ_s:
            run = replace(run, tokens=golden.tokens, taps={})
        codes = np.concatenate([patch.codes for patch in self.patches])
        findings = diagnose(self.fixed, codes, golden, run)
        return [self._in_pass(each) for each in findings if differ_s >= NEEDS_S or _needs_no_time(each)]

    def _fast_differ_s(self, golden: Taps, run: DeviceRun) -> float:
        """Return the time in s from the first to the last patch whose fast bands differ by more than a rounding."""
        fast = list(fast_bands(self.fixed.design))
        beyond = np.abs(golden.tokens[:, :, fast].astype(int) - run.tokens[:, :, fast]).max(axis=-1) > 1
        received = True if run.received is None else run.received[:, :, fast]
        patches = np.flatnonzero((beyond & received).any(axis=(1, 2)))
        return float(patches[-1] + 1 - patches[0]) * self.fixed.design.patch_s if len(patches) else 0.0

    def _in_pass(self, finding: Finding) -> Finding:
        where = finding.where
        later = {
            name: time_s + self.begins_s
            for name in ("begins_s", "ends_s")
            if (time_s := getattr(where, name)) is not None
        }
        return replace(finding, where=replace(where, **later))


def _needs_no_time(finding: Finding) -> bool:
    """Return whether a finding is certain at once: counts of the line, and a restart, which is proven bit for bit."""
    return finding.where.begins_s is None or finding.kind is Symptom.RESTARTED
