"""What the commands print: tables, and progress bars on standard error."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

stdout = Console(highlight=False)
stderr = Console(stderr=True, highlight=False)


@contextmanager
def progress(what: str, total: int, unit: str) -> Iterator[Callable[[int], None]]:
    """Show a bar with the time left; yield a function to call with the amount done so far."""
    with _bar() as bar:
        task = bar.add_task(what, total=total, note=unit)
        yield lambda done: bar.update(task, completed=done)


@contextmanager
def training_progress(steps: int, done: int = 0) -> Iterator[Callable[[float], bool]]:
    """Show a bar with the loss; yield a function to call with each step's loss, which returns True: go on training."""
    with _bar() as bar:
        task = bar.add_task("pretrain", total=steps, completed=done, note="steps")

        def advance(loss: float) -> bool:
            bar.update(task, advance=1, note=f"steps  loss {loss:.3f}")
            return True

        yield advance


@contextmanager
def corpus_progress(what: str, seconds: int) -> Iterator[Callable[[int], None]]:
    """Show a bar over seconds of signal, with their rate; yield a function to call with the seconds done so far.

    The seconds of the first call were done in an earlier run, so they do not count for the rate.
    """
    with _bar() as bar:
        task = bar.add_task(what, total=seconds, note="s of signal")
        before: tuple[int, float] | None = None

        def advance(done: int) -> None:
            nonlocal before
            if before is None:
                before = done, time.perf_counter()
                bar.reset(task, completed=done)
            else:
                rate = (done - before[0]) / (time.perf_counter() - before[1])
                bar.update(task, completed=done, note=f"s of signal  {rate:,.0f} x real time")

        yield advance


def _bar() -> Progress:
    return Progress(
        TextColumn("  {task.description:<18}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=stderr,
        disable=not stderr.is_terminal,  # in a log file, lines are readable and bars are not
    )
