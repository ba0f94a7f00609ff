"""A replay of a recording on a device, or an acquisition: the input and the result.

The result of a run goes through these types: a `LinkRun` or an `Acquired` of the link, the device's `DeviceRun`, and
`Replayed`, which `earloop.hil.judging.judge` judges.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from earloop.hil.devices.check_output import trouble_with_output
from earloop.hil.link.tap_records import missing_tokens, settled_patches
from earloop.hil.run.device import Advance, BrokenOffError, Device, DeviceRun, Identity
from earloop.recordings import Recording
from earloop.sim.front_end.quantise import count_clipped
from earloop.sim.front_end.stimulus import Stimulus, to_stimulus
from earloop.spec.design import Design
from earloop.spec.errors import EarloopError, LinkError
from earloop.spec.fixed import FixedDesign


class DeviceError(EarloopError):
    """A device cannot be run, so there is no verdict."""


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """The codes that a device received or sampled itself, and its result.

    Parameters
    ----------
    elapsed_s : duration of the run
    broken_off : why the run ended early; the stimulus then ends with the last received patch
    ended : time of the end of the run
    """

    identity: Identity
    stimulus: Stimulus
    run: DeviceRun
    elapsed_s: float
    broken_off: str | None = None
    ended: datetime = field(default_factory=lambda: datetime.now(UTC))


def replay(
    device: Device,
    recording: Recording,
    fixed: FixedDesign,
    advance: Advance = lambda samples: None,
) -> Replayed:
    """Replay a recording through an open device, to the end and without loss.

    Raises
    ------
    RecordingError
        The recording does not fit the design.
    DeviceError
        The device has another design, the recording is too short for a token, or tokens were lost on the line.
    LinkError
        The device failed during the run.
    """
    replayed = replay_until_broken_off(device, recording, fixed, advance)
    if replayed.broken_off is not None:
        raise LinkError(replayed.broken_off)
    refuse_loss(replayed, fixed)
    return replayed


def refuse_loss(replayed: Replayed, fixed: FixedDesign) -> None:
    """Refuse a run with lost tokens.

    Raises
    ------
    DeviceError
        Tokens were lost; the message says how many.
    """
    received = replayed.run.received
    if received is not None and (missing := missing_tokens(received, fixed.design)):
        raise DeviceError(f"{replayed.identity.kind}: {missing}: lost on the line; run it again")


def replay_until_broken_off(device: Device, recording: Recording, fixed: FixedDesign, advance: Advance) -> Replayed:
    """Replay a recording to the end, or until the device failed after some patches; otherwise raises as `replay`."""
    design = fixed.design
    if device.identity.design_hash != design.design_hash:
        raise DeviceError(
            f"{device.identity.kind}: built for design {device.identity.design_hash[:12]}, "
            f"this design is {design.design_hash[:12]}: rebuild it, or choose its design with --design"
        )
    stimulus = to_stimulus(recording, design)
    shortest = design.patch_samples
    if len(stimulus.codes) < shortest:
        raise DeviceError(f"{len(stimulus.codes)} samples yield no token: at least {shortest} are needed")
    started, broken_off = time.perf_counter(), None
    try:
        run = device.run(stimulus.codes, advance)
    except BrokenOffError as error:
        patches = settled_patches(error.received)
        if not patches:
            raise
        broken_off = str(error)
        run = DeviceRun(tokens=error.tokens[:patches], received=error.received[:patches])
        stimulus = replace(stimulus, codes=stimulus.codes[: patches * shortest])
    elapsed_s = time.perf_counter() - started
    if (trouble := trouble_with_output(run, design)) is not None:
        raise DeviceError(f"{device.identity.kind}: its output cannot be compared: {trouble}")
    if run.own_samples is not None:
        return acquired(device.identity, stimulus.sources, run, elapsed_s, design)
    return Replayed(identity=device.identity, stimulus=stimulus, run=run, elapsed_s=elapsed_s, broken_off=broken_off)


def acquired(
    identity: Identity, sources: tuple[str, ...], run: DeviceRun, elapsed_s: float, design: Design
) -> Replayed:
    """Return an acquisition as a `Replayed`; `sources` are the names of the signals at its electrodes.

    Raises
    ------
    LinkError
        The device took no samples of its own.
    """
    own_samples = run.require_own_samples()
    stimulus = Stimulus(own_samples.codes, sources, int(count_clipped(own_samples.codes, design.converter).sum()))
    return Replayed(
        identity=identity, stimulus=stimulus, run=run, elapsed_s=elapsed_s, broken_off=own_samples.broken_off
    )
