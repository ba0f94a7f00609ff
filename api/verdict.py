"""The verdict on a device."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from earloop.api.designs import design_of
from earloop.hil.devices.open_device import DeviceOptions
from earloop.hil.devices.open_faulty import open_faulty
from earloop.hil.faults.fault import Fault, FaultError, parse_fault
from earloop.hil.judging.judge import Verdict
from earloop.hil.judging.judge import judge as judge_device
from earloop.hil.judging.tolerances import Tolerances
from earloop.hil.run.device import Device
from earloop.recordings import Recording
from earloop.spec.design import Design
from earloop.spec.fixed import compile_design
from earloop.synth_data import Session

if TYPE_CHECKING:  # torch, which only a verdict on models needs
    from earloop.model.export.embedder import Embedder
    from earloop.model.finetuning.decoder import Decoder


def judge(
    device: Device | str,
    recording: Session | Recording,
    design: Design | Path | str | None = None,
    *,
    tolerances: Tolerances | None = None,
    fault: Fault | str | None = None,
    encoder: Embedder | None = None,
    decoder: Decoder | None = None,
    options: DeviceOptions | None = None,
) -> Verdict:
    """Replay a recording through a device; compare it bit for bit with the golden model, and with the float path.

    Parameters
    ----------
    device : a kind (`golden`, `rtl`, `firmware`, `serial`, `ble`), which is opened and closed; or an open device
    recording : uV at any rate, or codes of the design; or a synthetic session
    tolerances : limits; None allows no difference
    fault : a fault to inject in a device that is opened here, such as `gain:T9`; the verdict passes if it is noticed
    encoder, decoder : models on the device's tokens; the verdict says what quantisation changes in their output
    options : options of a device that is opened here

    Raises
    ------
    EarloopError
        The device cannot be opened or failed, or cannot have the fault; or the recording does not fit the design.
    """
    fixed = compile_design(design_of(design))
    signal = recording.recording if isinstance(recording, Session) else recording
    if not isinstance(device, str):
        if fault is not None:
            raise FaultError(
                f"{fault}: a fault is injected in a device that is opened here; give its kind, as 'golden'"
            )
        return judge_device(device, signal, fixed, tolerances=tolerances, embedder=encoder, decoder=decoder)
    injected = parse_fault(fault) if isinstance(fault, str) else fault
    with open_faulty(device, fixed, options or DeviceOptions(), injected) as opened:
        return judge_device(
            opened, signal, fixed, tolerances=tolerances, fault=injected, embedder=encoder, decoder=decoder
        )
