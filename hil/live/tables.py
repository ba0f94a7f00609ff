"""The page's figures as HTML: a snapshot's qualities, losses, latency and impedance."""

from __future__ import annotations

import math
from html import escape

from earloop.hil.judging.criteria import SQNR
from earloop.hil.live.snapshot import Snapshot
from earloop.spec.design import Design

LATE_S = 0.5  # more than other work on the machine explains


def sqnr_table(shown: Snapshot, design: Design) -> str:
    """Return the SQNR of each band and channel, coloured by pass and fail; in brackets if it passes only by noise."""
    rows = []
    for quality in shown.account.qualities:
        cells = (
            f'<td class="n {_state_class(db, bool(passed))}">{_in_brackets(db, bool(passed), quality.wanted_db)}</td>'
            for db, passed in zip(quality.sqnr_db, quality.passed, strict=True)
        )
        rows.append(f"<tr><th>{escape(quality.band)}</th>{''.join(cells)}</tr>")
    head = "".join(f'<th class="n">{escape(name)}</th>' for name in design.channels)
    return f'<table id="sqnr"><tr><th>dB</th>{head}</tr>{"".join(rows)}</table>'


def loss_table(shown: Snapshot) -> str:
    """Return the number of judged tokens, all criteria except SQNR, and delays and latencies."""
    account, latency = shown.account, shown.latency
    lost = f", {100 * account.lost_tokens / account.tokens:.2f} % lost" if account.lost_tokens else ""
    rows = [
        ("tokens judged", f"{account.tokens - account.lost_tokens:,}{lost}", False),
        *(
            (criterion.label, criterion.found_words, not criterion.passed)
            for criterion in account.criteria
            if criterion.passed is not None and criterion.measure != SQNR
        ),
        ("samples not judged yet", f"{shown.backlog:,}", False),
        ("delay of the input", f"{1e3 * shown.late_s:,.0f} ms", shown.late_s > LATE_S),
        ("frames lost or damaged", f"{shown.line.faults:,}", shown.line.faults > 0),
        ("latency, median / 95 %", f"{_number(latency.p50_ms)} / {_number(latency.p95_ms)} ms", False),
        ("99 % / longest", f"{_number(latency.p99_ms)} / {_number(latency.longest_ms)} ms", False),
    ]
    cells = (
        f'<tr><th>{escape(name)}</th><td class="n {"bad" if bad else ""}">{escape(value)}</td></tr>'
        for name, value, bad in rows
    )
    return f'<table id="losses">{"".join(cells)}</table>'


def impedance_table(shown: Snapshot) -> str:
    """Return the impedance of each electrode, or a note that it is unknown."""
    if shown.impedance_kohm is None:
        return '<p id="impedance" class="soft">Unknown: the recording does not contain it.</p>'
    names = "".join(f'<th class="n">{escape(name)}</th>' for name in shown.impedance_kohm)
    values = "".join(f'<td class="n">{value:.3g}</td>' for value in shown.impedance_kohm.values())
    return f'<table id="impedance"><tr><th></th>{names}</tr><tr><th>kΩ</th>{values}</tr></table>'


def _state_class(db: float, passed: bool) -> str:
    return "" if math.isnan(db) else "pass" if passed else "fail"


def _in_brackets(db: float, passed: bool, wanted_db: float) -> str:
    return f"({_number(db)})" if passed and db < wanted_db else _number(db)


def _number(value: float) -> str:
    if math.isnan(value):
        return "–"
    return "∞" if math.isinf(value) else f"{value:.1f}"
