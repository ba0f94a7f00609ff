"""Windows from other projects' synthesisers, each called as a user would call it."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from bench.measurements.realism.windows import RECORDING_S, SFREQ, RawWindows, cut

FloatArray = NDArray[np.float64]
RECORDINGS = 17
SAMPLES = round(RECORDING_S * SFREQ)
BOARD_S = 17.0  # it streams in real time: four windows for each pair of channels


def neurokit(rng: np.random.Generator) -> list[FloatArray]:
    """Return NeuroKit2's signals: 1/f noise from `signal_noise`, alpha and beta as sines, an ECG, and distortion.

    `eeg_simulate` is not used: it needs a download of 1.65 GB and gives one channel.
    """
    import neurokit2

    def seed() -> int:
        return int(rng.integers(2**31))

    def channel() -> FloatArray:
        background = neurokit2.signal_noise(RECORDING_S, int(SFREQ), beta=-1, random_state=seed())
        alpha = neurokit2.signal_simulate(RECORDING_S, int(SFREQ), frequency=[10, 20], amplitude=[4, 2])
        return np.asarray(8 * background / background.std() + alpha)

    def recording() -> FloatArray:
        ecg = neurokit2.ecg_simulate(int(RECORDING_S), sampling_rate=int(SFREQ), noise=0, random_state=seed())
        distorted = [
            neurokit2.signal_distort(
                channel() + 5 * np.asarray(ecg),
                int(SFREQ),
                noise_amplitude=0.1,
                powerline_amplitude=0.1,
                random_state=seed(),
            )
            for _ in range(2)
        ]
        return np.column_stack(distorted)

    return [recording() for _ in range(RECORDINGS)]


def random_walk(rng: np.random.Generator) -> list[FloatArray]:
    """Return a high-passed random walk for each channel, with half-sine blinks on both."""
    blink = 150 * np.sin(np.pi * np.arange(round(0.25 * SFREQ)) / round(0.25 * SFREQ))
    found = []
    for _ in range(RECORDINGS):
        walk = lfilter([2.0], [1.0, -0.98], rng.standard_normal((SAMPLES, 2)), axis=0)
        for onset in rng.integers(0, SAMPLES - len(blink), int(RECORDING_S / 60 * 15)):
            walk[onset : onset + len(blink)] -= blink[:, np.newaxis]
        found.append(walk)
    return found


def brainflow_board(_: np.random.Generator) -> list[FloatArray]:
    """Return the stream of BrainFlow's synthetic board: pairs of its channels, interpolated to our rate."""
    from brainflow.board_shim import BoardIds, BoardShim, BrainFlowInputParams

    BoardShim.disable_board_logger()
    board = BoardShim(BoardIds.SYNTHETIC_BOARD, BrainFlowInputParams())
    board.prepare_session()
    try:
        board.start_stream()
        time.sleep(BOARD_S)
        board.stop_stream()
        uv = board.get_board_data()[BoardShim.get_exg_channels(BoardIds.SYNTHETIC_BOARD)].T
    finally:
        board.release_session()
    sfreq = BoardShim.get_sampling_rate(BoardIds.SYNTHETIC_BOARD)
    at = np.arange(0, len(uv) / sfreq, 1 / SFREQ) * sfreq
    even = np.column_stack([np.interp(at, np.arange(len(uv)), column) for column in uv.T])
    return [even[:, i : i + 2] for i in range(0, even.shape[1] - 1, 2)]


PEERS: dict[str, Callable[[np.random.Generator], list[FloatArray]]] = {
    "NeuroKit2": neurokit,
    "a random walk with blinks": random_walk,
    "BrainFlow's synthetic board": brainflow_board,
}


def peer_windows(name: str, seed: int = 1) -> RawWindows:
    """Return the windows of one of `PEERS`; each recording counts as a person."""
    found = PEERS[name](np.random.default_rng(seed))
    return cut(found, list(range(len(found))))
