"""What is wrong with a device that still runs: `earloop.hil.diagnosis.diagnose` on the seconds that were judged last.

The window forgets. The bands of a cycle a minute remember a fault long after it is over: where the fast ones are sound,
nothing is said of the signal. Nor is it where they differ for less time than the slowest fault to be told needs, as
when one has just begun, or leaves the window: it would be given a wrong name, or none.
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


@dataclass(frozen=True)
class JudgedPatch:
    """One patch: what was sent, what is wanted, and what came.

    number : in its pass
    codes : int32 [samples, channels]
    golden : every tap; its tokens are int16 [1, channels, bands, patch]
    tokens, received : int16 [channels, bands, patch], and which came, bool [channels, bands]
    bands : int32 [ticks, channels, bands], those of the golden model where none came
    """

    number: int
    codes: NDArray[np.int32]
    golden: Taps
    tokens: NDArray[np.int16]
    received: NDArray[np.bool_]
    bands: NDArray[np.int32]


class Recent:
    """The newest patches of one pass, in their order."""

    def __init__(self, fixed: FixedDesign) -> None:
        self._fixed = fixed
        self._block = fixed.design.patch_samples
        self._patches: deque[JudgedPatch] = deque(maxlen=round(WINDOW_S * fixed.design.converter.rate_hz / self._block))
        self._restarts: list[int] = []  # numbers of the first patches of which the device says that it began anew

    def add(self, patch: JudgedPatch) -> None:
        """The next patch."""
        self._patches.append(patch)

    def restarted(self, patch: int) -> None:
        """The device says that it began anew with this patch."""
        self._restarts.append(patch)

    @property
    def window(self) -> Window | None:
        """What there is now; None where nothing was judged yet."""
        patches = tuple(self._patches)
        if not patches:
            return None
        first = patches[0].number
        restarts = tuple((patch - first) * self._block for patch in self._restarts if patch > first)
        return Window(self._fixed, patches, restarts)


@dataclass(frozen=True)
class Window:
    """Patches without a gap.

    restarts : samples, from the first of the window on, at which the device says that it began anew
    """

    fixed: FixedDesign
    patches: tuple[JudgedPatch, ...]
    restarts: tuple[int, ...]

    @property
    def begins_s(self) -> float:
        """Of the pass."""
        return self.patches[0].number * self.fixed.design.patch_s

    def diagnose(self, line: LineAccount) -> list[Finding]:
        """Findings, the surest first, with their time in the pass; `line` is what the line did meanwhile."""
        golden = concatenate_taps([patch.golden for patch in self.patches])
        tokens, received = (
            np.stack([getattr(patch, name) for patch in self.patches]) for name in ("tokens", "received")
        )
        bands = np.concatenate([patch.bands for patch in self.patches])
        run = DeviceRun(tokens, {"bands": bands}, received=received, line=line, restarts=self.restarts)
        differ_s = self._fast_differ_s(golden, run)
        if not differ_s:
            run = replace(run, tokens=golden.tokens, taps={})
        codes = np.concatenate([patch.codes for patch in self.patches])
        findings = diagnose(self.fixed, codes, golden, run)
        return [self._in_pass(each) for each in findings if differ_s >= NEEDS_S or _needs_no_time(each)]

    def _fast_differ_s(self, golden: Taps, run: DeviceRun) -> float:
        """From the first patch to the last in which a token of a fast band is off by more than a rounding."""
        fast = list(fast_bands(self.fixed.design))
        beyond = np.abs(golden.tokens[:, :, fast].astype(int) - run.tokens[:, :, fast]).max(axis=-1) > 1
        came = True if run.received is None else run.received[:, :, fast]
        patches = np.flatnonzero((beyond & came).any(axis=(1, 2)))
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
    """Of the line, which counts, and of a restart, which is proven bit for bit."""
    return finding.where.begins_s is None or finding.kind is Symptom.RESTARTED
