"""An event loop in its own thread, for callers without one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import TimeoutError as FutureTimeoutError
from types import TracebackType
from typing import Any, Self, TypeVar

CLOSE_S = 5.0  # for running coroutines to end after cancellation; then they are left until the program ends
_T = TypeVar("_T")


class EventLoop:
    """A running event loop; a context manager that ends it."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop
        started = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._live(started)), name="earloop-ble", daemon=True
        )
        self._thread.start()
        started.wait()

    async def _live(self, started: threading.Event) -> None:
        self.loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        started.set()
        await self._ended.wait()

    def call(self, wanted: Coroutine[Any, Any, _T], seconds: float) -> _T:
        """Run a coroutine and return its result.

        Raises
        ------
        TimeoutError
            It took longer than `seconds`, and was cancelled.
        """
        future = asyncio.run_coroutine_threadsafe(wanted, self.loop)
        try:
            return future.result(seconds)
        except FutureTimeoutError:
            future.cancel()
            raise TimeoutError(f"no result within {seconds:g} s") from None

    def close(self) -> None:
        """End the loop, its coroutines, and its thread."""
        if self._thread.is_alive():
            self.loop.call_soon_threadsafe(self._ended.set)
            self._thread.join(CLOSE_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
