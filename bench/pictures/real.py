"""The real recordings of other devices than the headband, as arrays, with their units where they are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
REM_SFREQ = 256.0
SPINDLE_SFREQ = 200.0
MITDB_SFREQ, MITDB_PER_MV, MITDB_ZERO = 360.0, 200.0, 1024  # 100.hea
BIOSPPY_SFREQ = 1000.0
ACCELERATION_SFREQ = 100.0
NEUROKIT_SFREQ = 1000.0


def rem_eog(folder: Path) -> FloatArray:
    """Read YASA's eyes in REM sleep: float64 [samples, 2], LOC and ROC, uV."""
    with np.load(folder / "yasa" / "EOGs_REM_256Hz.npz") as file:
        return np.asarray(file["data"], np.float64).T


def spindles(folder: Path) -> FloatArray:
    """Read YASA's 15 s of N2: float64 [samples], uV."""
    values: FloatArray = np.loadtxt(folder / "yasa" / "data_N2_spindles_15sec_200Hz.txt")
    return values


def mitdb(folder: Path) -> FloatArray:
    """Read MIT-BIH record 100, lead II of the chest: float64 [samples], mV."""
    return (first_of_212((folder / "mitdb" / "100.dat").read_bytes()) - MITDB_ZERO) / MITDB_PER_MV


def first_of_212(content: bytes) -> FloatArray:
    """Decode the first of two signals in WFDB's format 212: two 12-bit numbers in three bytes, two's complement."""
    raw = np.frombuffer(content[: len(content) // 3 * 3], np.uint8).reshape(-1, 3).astype(np.int64)
    value = raw[:, 0] | (raw[:, 1] & 0x0F) << 8
    return np.where(value >= 2048, value - 4096, value).astype(np.float64)


def emg(folder: Path) -> FloatArray:
    """Read BioSPPy's bursts of an unnamed muscle: float64 [samples], steps of an unknown converter, mean 0."""
    steps = np.loadtxt(folder / "biosppy" / "emg_1.txt.gz")
    centred: FloatArray = steps - steps.mean()
    return centred


def neurokit_ecg(folder: Path) -> FloatArray:
    """Read NeuroKit's ECG of an unnamed lead: float64 [samples], about mV."""
    values: FloatArray = np.loadtxt(folder / "neurokit" / "ecg_1000hz.csv.gz", skiprows=1)
    return values


def acceleration_g(folder: Path) -> FloatArray:
    """Read BioSPPy's acceleration along gravity, minus gravity: float64 [samples], g.

    The file's header says m/s^2, but the mean vector's length is 1.
    """
    xyz = np.loadtxt(folder / "biosppy" / "acc.txt.gz")
    down = xyz.mean(axis=0)
    along: FloatArray = (xyz - down) @ down / np.linalg.norm(down)
    return along
