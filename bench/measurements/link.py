"""An hour of stream over a line with faults of every kind: wrong tokens, losses, and the reports of both ends."""

from __future__ import annotations

import numpy as np

from bench.stimulus import synthetic_codes
from bench.table import ResultRow
from earloop.firmware.loopback import Loopback
from earloop.hil.faults.lossy_port import NO_FAULTS, FaultProxy, FaultRates
from earloop.hil.link.earbud_link import EarbudLink
from earloop.spec.design import load_design
from earloop.spec.fixed import compile_design
from earloop.spec.golden import GoldenTokenizer

NEEDS = ("g++",)
HOURS = 1.0
RATE = 1e-2  # probability of each kind of fault, per frame
SEED = 1


def measure() -> list[ResultRow]:
    """Run one hour with faults in both directions, and compare both ends' reports with the line's faults."""
    design = load_design()
    fixed = compile_design(design)
    codes = synthetic_codes(design, HOURS * 3600)
    rates = FaultRates(flip=RATE, drop=RATE, duplicate=RATE, swap=RATE, truncate=RATE, disconnect=RATE)
    earbud = Loopback(fixed)
    proxy = FaultProxy(earbud, NO_FAULTS, SEED)
    with EarbudLink(proxy, fixed, clock=earbud, reopen=proxy.reopen) as link:
        link.configure(design.design_hash)
        proxy.set_rates(rates)
        run = link.run(codes)
        proxy.set_rates(NO_FAULTS)
        link.query()
        status = link.query()
    golden = GoldenTokenizer(fixed).push(codes).tokens
    wrong = int((run.tokens != golden).any(-1)[run.received].sum())
    accepted = set(proxy.to_host.in_order())
    named = {number for loss in link.line.losses for number in range(loss.first, loss.first + loss.count)}
    unnamed = len(set(range(min(accepted), proxy.to_host.sent)) - accepted ^ named)
    received = proxy.to_earbud.in_order()
    missing = proxy.to_earbud.sent - received[0] - len(received)
    differ = abs(status.missing_in - missing) + abs(status.corrupt_in - proxy.to_earbud.corrupt)
    against = f"{100 * RATE:g} % of frames each flipped, dropped, doubled, swapped, cut, and unplugged"
    tokens = f"of {run.received.size:,} tokens; {against}"
    return [
        ResultRow(
            what=f"Link, {HOURS:g} h, wrong tokens accepted", value=wrong, unit="tokens", against=tokens, at_most=0
        ),
        ResultRow(what="Link, tokens that came", value=100 * float(np.mean(run.received)), unit="%", against=tokens),
        ResultRow(
            what="Link, the earbud's frames lost and not named, or named and not lost",
            value=unnamed,
            unit="frames",
            against=against,
            at_most=0,
        ),
        ResultRow(
            what="Link, by how much the earbud's counters miss what the line did",
            value=differ,
            unit="frames",
            against=against,
            at_most=0,
        ),
        ResultRow(
            what="Link, parts that the stream fell into",
            value=len(run.segments),
            unit="segments",
            against="one: it went on by itself",
            at_most=1,
        ),
    ]
