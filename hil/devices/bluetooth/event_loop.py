"""An event loop in a thread of its own, for a caller that has none."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import TimeoutError as FutureTimeoutError
from types import TracebackType
from typing import Any, Self, TypeVar

CLOSE_S = 5.0  # for what still runs to heed that it is cancelled; then it is left to the end of the program
_T = TypeVar("_T")


class EventLoop:
    """A running loop; a context manager that ends it."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop
        begun = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live(begun)), name="earloop-ble", daemon=True)
        self._thread.start()
        begun.wait()

    async def _live(self, begun: threading.Event) -> None:
        self.loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        begun.set()
        await self._ended.wait()

    def call(self, wanted: Coroutine[Any, Any, _T], seconds: float) -> _T:
        """The result of a coroutine.

        Raises
        ------
        TimeoutError
            It took too long, and was cancelled.
        """
        future = asyncio.run_coroutine_threadsafe(wanted, self.loop)
        try:
            return future.result(seconds)
        except FutureTimeoutError:
            future.cancel()
            raise TimeoutError(f"no end within {seconds:g} s") from None

    def close(self) -> None:
        """End the loop, what still runs in it, and its thread."""
        if self._thread.is_alive():
            self.loop.call_soon_threadsafe(self._ended.set)
            self._thread.join(CLOSE_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
