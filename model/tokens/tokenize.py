"""Tokenise a recording: by the golden model, with the integers that the earbud sends, or by the float path."""

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

BLOCK_PATCHES = 256  # patches computed at once: the band samples of a whole night would fill the memory


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
    """Return the tokens of a recording, whole patches only.

    Parameters
    ----------
    recording : uV at any rate, which pass through the converter, or codes of the design; the names of its channels are
        those of the design's electrodes
    source : `golden`, int16, rounded and clipped as in the earbud; `float`, float32 in the same steps, neither rounded
        nor clipped
    name, subject, session, run : names for the stream

    Raises
    ------
    RecordingError
        Channels, rate or codes do not fit the design.
    ModelError
        The recording is shorter than a patch.
    """
    codes = to_stimulus(recording, design).codes
    patches = len(codes) // design.patch_samples
    if not patches:
        raise ModelError(
            f"{name}: {recording.duration_s:g} s are shorter than a patch; wanted {design.patch_s:g} s or longer"
        )
    run_path = _golden if source == "golden" else _float
    samples, notched = run_path(design, codes[: patches * design.patch_samples])
    notched_uv = np.asarray(notched * design.converter.lsb_uv, np.float32)
    return TokenStream(
        format=TokenFormat.of(design, source),
        samples=samples,
        notched_uv=notched_uv,
        name=name,
        subject=subject,
        session=session,
        run=run,
    )


def _golden(design: Design, codes: NDArray[np.int32]) -> tuple[NDArray[np.int16], NDArray[np.float64]]:
    """Return the tokens as a stream, int16 [ticks, channels, bands], and the notched samples in codes."""
    golden = GoldenTokenizer(compile_design(design))
    block = BLOCK_PATCHES * design.patch_samples
    samples, notched = [], []
    for start in range(0, len(codes), block):
        taps = golden.push(codes[start : start + block])
        samples.append(from_patches(taps.tokens))
        notched.append(taps.notched / design.fixed_point.input_steps)
    return np.concatenate(samples), np.concatenate(notched)


def _float(design: Design, codes: NDArray[np.int32]) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return the same by the float path, one channel at a time."""
    steps = compile_design(design).token_steps
    samples, notched = [], []
    for channel in range(codes.shape[1]):
        taps = float_taps(design, codes[:, channel : channel + 1])
        samples.append(np.asarray(taps.bands * steps, np.float32))
        notched.append(taps.notched)
    return np.concatenate(samples, axis=1), np.concatenate(notched, axis=1)
