"""The live bench's page with NiceGUI: verdict, controls, traces and figures of one `LiveBench`.

Each browser has its own `LivePage`; all browsers control the same bench.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nicegui import events, run, ui

from earloop.hil.faults.fault import FaultError
from earloop.hil.faults.kinds import Family
from earloop.hil.judging.sqnr import NEGLIGIBLE_DB
from earloop.hil.live.bench import LiveBench
from earloop.hil.live.fault_choice import FaultChoice
from earloop.hil.live.snapshot import BenchState, Snapshot, Trace
from earloop.hil.live.tables import impedance_table, loss_table, sqnr_table
from earloop.hil.live.traces import Traces
from earloop.spec.messages import Tap

WINDOWS_S = {5: "5 s", 10: "10 s", 30: "30 s"}  # each with a whole number of ticks per column
TRACES_EVERY_S, FIGURES_EVERY_S, FINDINGS_EVERY_S = 0.1, 0.5, 2.0
_HEADINGS: Mapping[Trace, str] = {"raw": "Input", "decimated": "Decimated signal"}
_ALIVE = (BenchState.OPENING, BenchState.RUNNING)
_CSS = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
# The focused element gets keys first: a field gets all keys, a button the space bar.
_KEYS = """
document.addEventListener("keydown", (event) => {
  const focus = document.activeElement?.tagName;
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (["INPUT", "SELECT", "TEXTAREA"].includes(focus) || (event.key === " " && focus === "BUTTON")) return;
  if (!/^[ f1-8]$/.test(event.key)) return;
  event.preventDefault();
  emitEvent("bench_key", event.key);
});
"""


class LivePage:
    """Builds the page for one browser, and updates it.

    Parameters
    ----------
    bench : the bench to show
    recording_name : the recording's name as shown
    """

    def __init__(self, bench: LiveBench, recording_name: str) -> None:
        self._bench, self._design = bench, bench.fixed.design
        self._channel, self._window_s = 0, 10
        self._raw: Trace = "raw"
        self._starts = -1
        ui.add_css(_CSS)
        ui.add_body_html(f"<script>{_KEYS}</script>")
        ui.on("bench_key", self._key)
        with ui.element("main").classes("bench"):
            with ui.element("header").classes("head wide"):
                self._head(recording_name)
            with ui.element("div").classes("controls wide"):
                self._controls()
            self._reason = ui.label().classes("reason wide").props("role=status")
            self._findings = ui.label().classes("findings wide").props("id=findings role=status")
            with self._findings:
                self._findings_whole = ui.tooltip()
            with ui.element("section").classes("left"):
                self._trace_panels()
            with ui.element("section").classes("right"):
                self._figure_panels()
        self._show_figures()
        ui.timer(TRACES_EVERY_S, self._show_traces)
        ui.timer(FIGURES_EVERY_S, self._show_figures)
        ui.timer(FINDINGS_EVERY_S, self._show_findings)

    # ---- Layout ----

    def _head(self, recording_name: str) -> None:
        _heading("earloop live", 1)
        self._verdict = ui.label().classes("verdict")
        self._state = ui.label().props("id=state")
        ui.label(recording_name)
        self._identity = ui.label().props("id=identity").classes("soft")
        with self._identity:
            self._identity_whole = ui.tooltip()
        self._struck = ui.label().props("id=struck")

    def _controls(self) -> None:
        self._start = ui.button("Start", on_click=self._start_or_stop).props('dense no-caps padding="2px 14px"')
        self._faults = FaultChoice(self._bench.device.kinds, self._design.channels)
        self._inject = ui.button("Inject", on_click=self._inject_or_clear)
        self._inject.props('dense no-caps outline padding="2px 14px"')
        channels = dict(enumerate(self._design.channels))
        self._channels = ui.toggle(channels, value=0, on_change=self._choose_channel).props("dense no-caps")
        ui.toggle(WINDOWS_S, value=self._window_s, on_change=self._choose_window).props("dense no-caps")
        if Tap.DECIMATED in self._bench.device.taps:
            taps = {"raw": "raw", "decimated": "decimated"}
            ui.toggle(taps, value="raw", on_change=self._choose_tap).props("dense no-caps")
        ui.label(f"Keys: space start/stop, f fault, 1–{min(8, len(channels))} channel").classes("soft")

    def _trace_panels(self) -> None:
        self._raw_heading = _heading(_HEADINGS[self._raw], 2)
        with ui.element("div").classes("lanes"):
            self._raw_traces = Traces(f"{_HEADINGS[self._raw]}, each channel", self._design.channels)
        self._bands_heading = _heading("", 2)
        with ui.element("div").classes("lanes"):
            self._band_traces = Traces("Bands of the chosen channel", self._design.band_names)

    def _figure_panels(self) -> None:
        limit_db = self._design.fixed_point.min_sqnr_db
        _heading(f"SQNR against float: {limit_db:g} dB wanted", 2)
        self._sqnr = ui.html(sanitize=False)
        ui.label(f"(in brackets: less, but {NEGLIGIBLE_DB:g} dB below the amplifier's noise)").classes("soft note")
        _heading("Criteria, loss and latency", 2)
        self._losses = ui.html(sanitize=False)
        self._histogram = ui.echart(_histogram_options()).classes("histogram")
        _heading("Impedance", 2)
        self._impedance = ui.html(sanitize=False)

    # ---- Controls ----

    async def _start_or_stop(self) -> None:
        if self._start.text == "Stop":  # the text that this browser showed; another may have clicked since
            await run.io_bound(self._bench.stop)
        else:
            self._bench.start()
        self._show_figures()

    def _inject_or_clear(self) -> None:
        try:
            self._bench.inject(None if self._inject.text == "Clear" else self._faults.chosen)
        except FaultError as error:
            ui.notify(str(error), type="warning")
        self._show_figures()

    def _choose_channel(self, event: events.ValueChangeEventArguments[Any]) -> None:
        self._channel = int(event.value)
        self._band_traces.start(self._window_s)
        self._show_figures()

    def _choose_window(self, event: events.ValueChangeEventArguments[Any]) -> None:
        self._window_s = int(event.value)
        self._starts = -1

    def _choose_tap(self, event: events.ValueChangeEventArguments[Any]) -> None:
        self._raw = event.value
        self._raw_heading.text = _HEADINGS[self._raw]
        self._raw_traces.name = f"{_HEADINGS[self._raw]}, each channel"
        self._raw_traces.start(self._window_s)

    async def _key(self, event: events.GenericEventArguments) -> None:
        if event.args == " ":
            await self._start_or_stop()
        elif event.args == "f":
            self._inject_or_clear()
        elif int(event.args) <= len(self._design.channels):
            self._channels.value = int(event.args) - 1

    # ---- Display ----

    def _show_traces(self) -> None:
        if self._starts != self._bench.starts:
            self._starts = self._bench.starts
            self._raw_traces.start(self._window_s)
            self._band_traces.start(self._window_s)
        bands = len(self._design.bands)
        chosen = slice(self._channel * bands, (self._channel + 1) * bands)
        self._raw_traces.feed(self._bench, self._raw, slice(None), self._window_s)
        self._band_traces.feed(self._bench, "bands", chosen, self._window_s)

    def _show_figures(self) -> None:
        shown = self._bench.snapshot()
        alive = shown.state in _ALIVE
        self._verdict.text = shown.verdict
        self._verdict.classes(remove="pass fail")
        self._verdict.classes({"P": "pass", "F": "fail", "s": "fail"}.get(shown.verdict[0], ""))
        self._state.text = f"{shown.state.value}, {shown.sent / self._design.converter.rate_hz:.1f} s"
        self._identity.text = self._identity_whole.text = _identity_line(shown)
        silence = f"no answer for {shown.silent_s:.0f} s" if shown.silent else ""
        self._reason.text = shown.reason or silence or next(iter((*shown.account.reasons, *shown.account.unjudged)), "")
        self._start.text = "Stop" if alive else "Start"
        self._struck.text = _fault_line(shown)
        self._inject.text = "Clear" if shown.fault is not None else "Inject"
        self._inject.props(f"color={'negative' if shown.fault is not None else 'primary'}")
        self._bands_heading.text = f"Bands of {self._design.channels[self._channel]}"
        self._sqnr.content = sqnr_table(shown, self._design)
        self._losses.content = loss_table(shown)
        self._impedance.content = impedance_table(shown)
        edges = shown.latency.edges_ms
        digits = 0 if edges[-1] >= 10 else 1
        self._histogram.options["xAxis"]["data"] = [f"{edge:.{digits}f}" for edge in edges[1:]]
        self._histogram.options["series"][0]["data"] = shown.latency.counts.tolist()

    async def _show_findings(self) -> None:
        findings = await run.io_bound(self._bench.diagnose)
        self._findings.text = self._findings_whole.text = (
            f"Seems wrong: {'; '.join(map(str, findings))}" if findings else ""
        )


def _heading(text: str, level: int) -> ui.label:
    return ui.label(text).props(f"role=heading aria-level={level}").classes(f"heading-{level}")


def _identity_line(shown: Snapshot) -> str:
    """Return device, design and build in one line."""
    if shown.identity is None:
        return "no device"
    build = f", build {shown.identity.build[:12]}" if shown.identity.build else ""
    return f"{shown.identity.kind}, design {shown.identity.design_hash[:12]}{build}: {shown.identity.name}"


def _fault_line(shown: Snapshot) -> str:
    """Return the injected fault in one line."""
    fault = shown.fault if shown.fault is not None and shown.fault.facts.family is Family.LINK else shown.struck
    return "" if fault is None else f"Injected: {fault}"


def _histogram_options() -> dict[str, object]:
    """Return the options of an ECharts bar chart of latencies in ms over the last ten seconds."""
    grey = {"color": "#8a949e"}  # readable on light and dark pages
    return {
        "animation": False,
        "grid": {"left": 34, "right": 6, "top": 8, "bottom": 20},
        "xAxis": {"type": "category", "data": [], "axisTick": {"show": False}, "axisLabel": grey},
        "yAxis": {"type": "value", "splitNumber": 2, "splitLine": {"show": False}, "axisLabel": grey},
        "series": [{"type": "bar", "data": [], "barCategoryGap": "10%", "itemStyle": {"color": "#3a8fb7"}}],
    }
