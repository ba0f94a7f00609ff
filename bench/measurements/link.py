"""An hour of stream over a line that spoils frames in every way: what is wrong, what is lost, and who knows of it."""

from __future__ import annotations

import numpy as np

from bench.stimulus import synthetic_codes
from bench.table import Row
from earloop.firmware.loopback import Loopback
from earloop.hil.faults.lossy_port import NO_FAULTS, FaultProxy, FaultRates
from earloop.hil.link.earbud_link import EarbudLink
from earloop.spec.design import load_design
from earloop.spec.fixed import compile_design
from earloop.spec.golden import GoldenTokenizer

NEEDS = ("g++",)
HOURS = 1.0
RATE = 1e-2  # of each kind of fault, a frame
SEED = 1


def measure() -> list[Row]:
    """One hour, both directions; the two ends' accounts against what the line did."""
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
    wrong = int((run.tokens != golden).any(-1)[run.there].sum())
    taken = set(proxy.to_host.in_order())
    named = {number for loss in link.line.losses for number in range(loss.first, loss.first + loss.count)}
    unnamed = len(set(range(min(taken), proxy.to_host.sent)) - taken ^ named)
    heard = proxy.to_earbud.in_order()
    missing = proxy.to_earbud.sent - heard[0] - len(heard)
    differ = abs(status.missing_in - missing) + abs(status.corrupt_in - proxy.to_earbud.corrupt)
    against = f"{100 * RATE:g} % of frames each flipped, dropped, doubled, swapped, cut, and unplugged"
    tokens = f"of {run.there.size:,} tokens; {against}"
    return [
        Row(f"Link, {HOURS:g} h, wrong tokens accepted", wrong, "tokens", tokens, at_most=0),
        Row("Link, tokens that came", 100 * float(np.mean(run.there)), "%", tokens),
        Row(
            "Link, the earbud's frames lost and not named, or named and not lost", unnamed, "frames", against, at_most=0
        ),
        Row("Link, by how much the earbud's counters miss what the line did", differ, "frames", against, at_most=0),
        Row(
            "Link, parts that the stream fell into",
            len(run.segments),
            "segments",
            "one: it went on by itself",
            at_most=1,
        ),
    ]
