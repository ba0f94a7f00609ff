"""Options of the commands that run a device: the device, the recording, a fault, taps, limits, and models.

Options that belong together reach a command as one value: `options` says where to find an earbud, `recording` is
the recording, `models` are the models.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earloop.cli.options.files import Decorator, as_one, as_recording, design_option, file_options
from earloop.hil.devices.kinds import DEVICE_KINDS

if TYPE_CHECKING:
    from earloop.hil.devices.open_device import DeviceOptions
    from earloop.hil.faults.fault import Fault
    from earloop.hil.judging.model_files import ModelFiles
    from earloop.hil.judging.tolerances import Tolerances

Callback = Callable[[click.Context, click.Parameter, Any], Any]


def device_options(*, required: bool) -> Decorator:
    """Add the options of a replay: `recording`, the device (`kind`, `options`), and the design."""
    callback = None if required else _needed_without_a_plan

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        function = earbud_options(image=True)(function)
        function = replayed_options(required=required, callback=callback)(design_option(function))
        return click.option(
            "--device",
            "kind",
            type=click.Choice(DEVICE_KINDS),
            required=required,
            callback=callback,
            help="Device under test.",
        )(function)

    return add


def earbud_options(*, image: bool) -> Decorator:
    """Add the options that choose an earbud, as `options`, a DeviceOptions; with `image`, its build too."""
    names = ["serial_number", "port", "address", "build"]

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        function = as_one("options", [*names, "image"] if image else names, _device_options)(function)
        for option in (
            click.option("--port", help="Serial port of the earbud; needed only if it cannot be found by search."),
            click.option("--address", help="Bluetooth address of the earbud; on macOS a UUID."),
            click.option("--build", help="Firmware build of the earbud, in hex; chooses one of several."),
            click.option(
                "--serial-number",
                help="Serial number of the USB device or of the chip, or the BLE name; chooses one of several earbuds.",
            ),
        ):
            function = option(function)
        if not image:
            return function
        kind, about = (
            click.Path(path_type=Path),
            "Firmware ELF or RTL runner to test.  [default: built from the sources]",
        )
        return click.option("--image", type=kind, help=about)(function)

    return add


def replayed_options(*, required: bool = True, callback: Callback | None = None, window: bool = True) -> Decorator:
    """Add the options that choose and read a recording, as `recording`, a RecordingFile, or None if it is left out.

    `window` adds `--start` and `--seconds`; a command that has its own `--seconds` leaves it False.
    """

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        return click.option(
            "--recording",
            "recording_path",
            type=click.Path(path_type=Path),
            required=required,
            callback=callback,
            help="Recording to replay: a session (*.zarr), or a BDF, EDF, BrainVision, XDF or text file.",
        )(file_options(window=window)(as_recording(function, window=window)))

    return add


def fault_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--fault KIND[:CHANNEL,..]`, as `fault`; a run has one fault, so a second one is refused."""
    return click.option(
        "--fault",
        multiple=True,
        callback=_parsed,
        metavar="KIND[:CHANNEL,..]",
        help="Inject a fault, and judge whether it is noticed; `earloop hil faults` lists them.",
    )(function)


def taps_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--taps NAME,..`, as `taps`, a tuple of names."""
    return click.option(
        "--taps",
        callback=_tap_names,
        metavar="NAME,..|all",
        help="Taps to compare in addition to tokens: codes, decimated, notched, bands; or all that the device offers.",
    )(function)


def transcript_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--transcript FILE`, as `transcript_path`; check that the file can be written."""
    return click.option(
        "--transcript",
        "transcript_path",
        type=click.Path(path_type=Path),
        callback=_writable_transcript,
        help="Write every exchange with the earbud to this file; `earloop hil replay` repeats the run from it.",
    )(function)


def limit_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the limits of a verdict, as `limits`, a Tolerances."""
    names = ["lost_tokens", "max_clock_ppm", "flat_channels", "railed_share"]
    function = as_one("limits", names, _tolerances)(function)
    for option in (
        click.option(
            "--flat-channels", type=click.IntRange(min=0), default=0, help="Number of channels that may be flat."
        ),
        click.option(
            "--railed-share",
            type=click.FloatRange(0, 1),
            default=0.1,
            show_default=True,
            help="Share of a channel's samples that may lie at the converter's rails.",
        ),
    ):
        function = option(function)
    function = click.option(
        "--max-clock-ppm",
        type=click.FloatRange(min=0, min_open=True),
        help="Largest deviation of the device's clock, in ppm.",
    )(function)
    return click.option(
        "--lost-tokens", type=click.IntRange(min=0), default=0, help="Number of tokens that the link may lose."
    )(function)


def model_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--checkpoint FILE` and `--decoder FILE`, as `models`, a ModelFiles."""
    kind = click.Path(path_type=Path)
    function = as_one("models", ["checkpoint", "decoder"], _model_files)(function)
    about = "Decoder of `earloop finetune`: count the decisions that the device's tokens change."
    function = click.option("--decoder", type=kind, help=about)(function)
    return click.option(
        "--checkpoint",
        type=kind,
        help="Checkpoint of `earloop pretrain`: compare the embeddings of the device's tokens.",
    )(function)


def _device_options(
    *,
    serial_number: str | None,
    port: str | None,
    address: str | None,
    build: str | None,
    image: Path | None = None,
) -> DeviceOptions:
    from earloop.hil.devices.open_device import DeviceOptions

    return DeviceOptions(serial_number=serial_number, port=port, address=address, build=build, image=image)


def _tolerances(
    *, lost_tokens: int, max_clock_ppm: float | None, flat_channels: int, railed_share: float
) -> Tolerances:
    from earloop.hil.judging.tolerances import Tolerances

    return Tolerances(
        lost_tokens=lost_tokens, max_clock_ppm=max_clock_ppm, flat_channels=flat_channels, railed_share=railed_share
    )


def _model_files(*, checkpoint: Path | None, decoder: Path | None) -> ModelFiles:
    from earloop.hil.judging.model_files import ModelFiles

    return ModelFiles(checkpoint, decoder)


def _writable_transcript(context: click.Context, parameter: click.Parameter, value: Path | None) -> Path | None:
    from earloop.hil.transcript.destination import check_transcript_path

    if value is not None:
        check_transcript_path(value)
    return value


def _parsed(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> Fault | None:
    from earloop.hil.faults.fault import parse_fault

    if len(values) > 1:
        raise click.UsageError(f"--fault: {len(values)} were given, a run has one; a plan can have a case for each")
    return parse_fault(values[0]) if values else None


def _tap_names(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, ...]:
    from earloop.hil.devices.tap_choice import parse_taps

    return () if value is None else parse_taps(value)


def _needed_without_a_plan(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Return the value of an option that is required unless a plan is given."""
    if value is None and context.params.get("plan_path") is None:
        raise click.MissingParameter(ctx=context, param=parameter)
    return value
