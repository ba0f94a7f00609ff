"""`earloop sim timeline`: simulate latency, losses and battery life."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from earloop.cli.options.files import design_option
from earloop.sim.timeline import EARBUDS, MODES

if TYPE_CHECKING:
    from earloop.sim.timeline import DeviceTimeline, PublishedFigure
    from earloop.spec.design import Design


@click.command("timeline")
@design_option
@click.option("--minutes", type=float, default=10.0, show_default=True, help="Simulated time.")
@click.option("--mode", type=click.Choice([*MODES, "all"]), default="all", show_default=True, help="Data to stream.")
@click.option(
    "--transport",
    type=click.Choice(["ble", "uart"]),
    default="ble",
    show_default=True,
    help="Link of the earbud: Bluetooth or a wire.",
)
@click.option(
    "--earbud",
    type=click.Choice(list(EARBUDS)),
    default="stm32f405",
    show_default=True,
    help="Controller next to the ADS1299: the reference one, or one with its own radio.",
)
@click.option("--battery-mah", type=float, help="Capacity of the LiPo cell.  [default: 75]")
@click.option(
    "--instructions",
    type=float,
    help="Instructions of the tokenizer per tick.  [default: counted in QEMU, if that is installed]",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="The same seed gives the same run."
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder for summary.json and the plots.")
def command(
    design_path: Path,
    minutes: float,
    mode: str,
    transport: str,
    earbud: str,
    battery_mah: float | None,
    instructions: float | None,
    seed: int,
    out: Path | None,
) -> None:
    """Simulate latency, losses and battery life of raw, band and token streaming."""
    from earloop.cli.output.console import progress
    from earloop.cli.output.timeline_report import write_timeline_report
    from earloop.hil.reports.summary import check_destination
    from earloop.sim.timeline import (
        BleLink,
        UartLink,
        ads1299_for,
        check_duration,
        compare_with_published,
        simulate,
        stream_of,
    )
    from earloop.spec.design import load_design

    if out:
        check_destination(out)
    design = load_design(design_path)
    check_duration(60 * minutes)
    hardware = replace(EARBUDS[earbud], afe=ads1299_for(len(design.channels)))
    if battery_mah is not None:
        hardware = replace(hardware, battery=replace(hardware.battery, capacity_mah=battery_mah))
    link = BleLink() if transport == "ble" else UartLink(design.link.baud)
    instructions, source = (instructions, "given") if instructions is not None else _instructions(design)
    streams = [stream_of(design, each, instructions) for each in (MODES if mode == "all" else (mode,))]
    timelines = []
    for stream in streams:
        with progress(f"timeline: {stream.mode}", round(60 * minutes), "s simulated") as advance:
            timelines.append(simulate(hardware, stream, link, duration_s=60 * minutes, seed=seed, advance=advance))
    comparisons = compare_with_published(seed)
    _print_timelines(timelines)
    taps = design.decimator.taps
    click.echo(
        f"\ntick of the tokenizer: {instructions:,.0f} instructions, {source}; the decimator delays by another "
        f"{(taps - 1) / 2e-3 / design.converter.rate_hz:.1f} ms (bands and tokens)\n"
    )
    _print_comparisons(comparisons)
    if out:
        write_timeline_report(timelines, comparisons, out)
        click.echo(f"\n{out}")


def _instructions(design: Design) -> tuple[float, str]:
    from earloop.cli.output.tick_instructions import count_tick_instructions
    from earloop.sim.timeline import CHANNEL_TICK_INSTRUCTIONS

    counted = count_tick_instructions(design)
    if counted is not None:
        return counted, "counted in the emulated firmware"
    return CHANNEL_TICK_INSTRUCTIONS * len(design.channels), "as counted earlier; QEMU or the ARM compiler is missing"


def _print_timelines(timelines: list[DeviceTimeline]) -> None:
    from rich.table import Table

    from earloop.cli.output.console import stdout
    from earloop.sim.timeline import summarise

    summaries = [summarise(timeline) for timeline in timelines]
    first = summaries[0]
    title = f"{first['earbud']} by {first['transport']}, {first['duration_s'] / 60:g} min, seed {first['seed']}"
    table = Table(box=None, header_style="bold", pad_edge=False, title=title, title_justify="left")
    table.add_column("")
    for summary in summaries:
        table.add_column(summary["mode"], justify="right")

    def row(name: str, cell: Any) -> None:
        table.add_row(name, *(cell(summary) for summary in summaries))

    for percentile in first["latency_ms"]:
        row(f"latency {percentile}, ms", lambda s, p=percentile: _number(s["latency_ms"][p]))
    row("frames made", lambda s: f"{sum(s['frames'].values()):,}")
    for fate in ("missed", "overrun", "lost", "in_flight"):
        row(f"frames {fate.replace('_', ' ')}", lambda s, f=fate: f"{s['frames'][f]:,}")
    row("exchanges failed", lambda s: f"{s['usage']['failures']:,}")
    row("connections lost", lambda s: f"{s['usage']['disconnects']:,}")
    row("samples lost, %", lambda s: f"{100 * s['lost_share']:.3f}")
    row("throughput, kbit/s", lambda s: f"{s['throughput_bit_s'] / 1e3:.1f}")
    row("buffer at most, KiB", lambda s: f"{s['buffer_peak_bytes'] / 1024:.1f}")
    row("CPU active, %", lambda s: f"{100 * s['cpu_duty']:.2f}")
    row("radio on, %", lambda s: f"{100 * s['radio_duty']:.2f}")
    for component in first["power_mw"]:
        row(f"{component}, mW", lambda s, c=component: f"{s['power_mw'][c]:.2f}")
    row("total, mW", lambda s: f"[bold]{s['total_mw']:.2f}[/]")
    row("uJ a sample and channel", lambda s: f"{s['sample_uj']:.2f}")
    row(f"life of {first['battery_mah']:g} mAh, h", lambda s: f"[bold]{s['battery_h']:.1f}[/]")
    stdout.print(table)


def _print_comparisons(comparisons: list[PublishedFigure]) -> None:
    from rich.table import Table

    from earloop.cli.output.console import stdout

    table = Table(box=None, header_style="bold", pad_edge=False, title="Published platforms", title_justify="left")
    for name in ("", "platform", "quantity"):
        table.add_column(name)
    for name in ("published", "model", "ratio"):
        table.add_column(name, justify="right")
    for number, each in enumerate(comparisons, start=1):
        published, modelled = (f"{value:.3g} {each.unit}" for value in (each.published, each.modelled))
        table.add_row(str(number), each.platform, each.quantity, published, modelled, f"{each.ratio:.2f}")
    stdout.print(table)
    for number, each in enumerate(comparisons, start=1):
        click.echo(f"{number} {each.source}: {each.note}")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
