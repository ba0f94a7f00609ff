"""From a recording to the stream of its tokens: by the golden model, as the earbud sends them, or by the float path."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earloop.model.config import ModelError
from earloop.model.tokens.token_stream import Source, TokenFormat, TokenStream
from earloop.recordings import Recording
from earloop.sim.front_end.stimulus import to_stimulus
from earloop.spec.design import Design
from earloop.spec.fixed import compile_design
from earloop.spec.golden import GoldenTokenizer
from earloop.spec.patches import from_patches
from earloop.spec.reference import float_taps

BLOCK_PATCHES = 256  # at a time: a night's bands before they are tokens would fill the memory


def tokenize(
    recording: Recording,
    design: Design,
    *,
    source: Source = "golden",
    name: str,
    subject: str = "",
    session: str = "",
    run: str = "",
) -> TokenStream:
    """Tokens of a recording, whole patches only.

    Parameters
    ----------
    recording : uV at any rate, which go through the converter, or codes of the design; channels by name, or in order
    source : `golden`, int16, rounded and clipped as the earbud does it; `float`, float32, in the same steps but neither
    name, subject, session, run : of the stream

    Raises
    ------
    RecordingError
        Channels, rate or codes that do not fit the design.
    ModelError
        Shorter than a patch.
    """
    codes = to_stimulus(recording, design).codes
    patches = len(codes) // design.patch_samples
    if not patches:
        raise ModelError(f"{name}: {recording.duration_s:g} s hold no patch; wanted {design.patch_s:g} s or longer")
    run_path = _golden if source == "golden" else _float
    samples, notched = run_path(design, codes[: patches * design.patch_samples])
    notched_uv = np.asarray(notched * design.converter.lsb_uv, np.float32)
    return TokenStream(TokenFormat.of(design, source), samples, notched_uv, name, subject, session, run)


def _golden(design: Design, codes: NDArray[np.int32]) -> tuple[NDArray[np.int16], NDArray[np.float64]]:
    """Tokens laid end to end, int16 [ticks, channels, bands], and the notched samples in codes."""
    golden = GoldenTokenizer(compile_design(design))
    block = BLOCK_PATCHES * design.patch_samples
    samples, notched = [], []
    for start in range(0, len(codes), block):
        taps = golden.push(codes[start : start + block])
        samples.append(from_patches(taps.tokens))
        notched.append(taps.notched / design.fixed_point.input_steps)
    return np.concatenate(samples), np.concatenate(notched)


def _float(design: Design, codes: NDArray[np.int32]) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """The same by unquantised filters, one channel at a time."""
    steps = compile_design(design).token_steps
    samples, notched = [], []
    for channel in range(codes.shape[1]):
        taps = float_taps(design, codes[:, channel : channel + 1])
        samples.append(np.asarray(taps.bands * steps, np.float32))
        notched.append(taps.notched)
    return np.concatenate(samples, axis=1), np.concatenate(notched, axis=1)
