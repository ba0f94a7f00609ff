"""What the commands print: tables, and progress bars on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

stdout = Console(highlight=False)
stderr = Console(stderr=True, highlight=False)


@contextmanager
def progress(what: str, total: int, unit: str) -> Iterator[Callable[[int], None]]:
    """A bar with the time left; yields a function that is told how much is done so far."""
    with _bar() as bar:
        task = bar.add_task(what, total=total, note=unit)
        yield lambda done: bar.update(task, completed=done)


@contextmanager
def training_progress(steps: int) -> Iterator[Callable[[float], bool]]:
    """A bar that also shows the loss; yields a function that is told each step's loss and lets training go on."""
    with _bar() as bar:
        task = bar.add_task("pretrain", total=steps, note="steps")

        def advance(loss: float) -> bool:
            bar.update(task, advance=1, note=f"steps  loss {loss:.3f}")
            return True

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
        disable=not stderr.is_terminal,  # a log wants lines, not bars
    )
