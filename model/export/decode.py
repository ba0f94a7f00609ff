"""The output of a decoder for a recording, window by window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from earloop.model.export.windows import computed, window_starts
from earloop.model.finetuning.decoder import Decoder
from earloop.model.tokens.token_stream import TokenStream


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """The probabilities of classes, or the values, along a recording.

    values : float32 [windows, classes], probabilities; or [windows, patches, outputs], values in their units
    start_s : float64 [windows], the start of each window
    window_s : length of a window
    classes, outputs : those of the decoder; one of them is empty
    """

    values: NDArray[np.float32]
    start_s: NDArray[np.float64]
    window_s: float
    classes: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def chosen(self) -> NDArray[np.int64]:
        """The most probable class of each window, int64 [windows], index into `classes`."""
        return np.asarray(self.values.argmax(axis=1), np.int64)

    @property
    def patch_start_s(self) -> NDArray[np.float64]:
        """The start of each patch in seconds, float64 [windows, patches]; only for values."""
        patches = self.values.shape[1]
        after_s: NDArray[np.float64] = np.arange(patches) * (self.window_s / patches)
        return self.start_s[:, None] + after_s


def decode(
    decoder: Decoder,
    stream: TokenStream,
    *,
    hop_s: float | None = None,
    advance: Callable[[int], None] = lambda windows: None,
) -> Decoded:
    """Decode every window of a stream.

    Parameters
    ----------
    hop_s : distance between the starts of two windows; None means the length of a window
    advance : called with the number of windows that are done

    Raises
    ------
    ModelError
        The tokens have another format, or the stream is shorter than a window, or the hop shorter than a sample.
    """
    info, patches = decoder.info, decoder.patches
    starts = window_starts(stream, info.format, patches, hop_s)
    values = computed(decoder.predict, stream, starts, patches, advance)
    rate_hz = info.format.rate_hz
    return Decoded(
        values=values,
        start_s=np.array(starts) / rate_hz,
        window_s=patches * info.format.patch / rate_hz,
        classes=info.classes,
        outputs=info.outputs,
    )
