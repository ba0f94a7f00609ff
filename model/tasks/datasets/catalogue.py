"""The published datasets that the program can read, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from earloop.model.tasks.datasets import dreamer, motor_imagery, seed, sleep_edf
from earloop.model.tasks.epochs import Epochs


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A published dataset.

    about : the classes and the electrodes
    layout : files that the folder must contain
    terms : terms of its use
    load : takes a folder, and optionally a design, subjects and a cache, and returns epochs
    """

    name: str
    about: str
    layout: str
    terms: str
    load: Callable[..., Epochs]


_DATASETS = (
    Dataset(
        name="sleep-edf",
        about="five stages of sleep, every 30 s, from two EEG derivations and the EOG",
        layout=sleep_edf.LAYOUT,
        terms="PhysioNet, ODC-BY 1.0",
        load=sleep_edf.load,
    ),
    Dataset(
        name="bci-iv-2b",
        about="imagined movement of the left or the right hand, from C3, Cz and C4",
        layout=motor_imagery.LAYOUT,
        terms="BCI Competition IV, free for research",
        load=motor_imagery.load,
    ),
    Dataset(
        name="dreamer",
        about="high or low valence, arousal or dominance at film clips, from eight of 14 channels",
        layout=dreamer.FILE,
        terms="by agreement with its authors, for research",
        load=dreamer.load,
    ),
    Dataset(
        name="seed",
        about="sad, neutral or happy film clips, from eight of 62 channels",
        layout=seed.LAYOUT,
        terms="by agreement with BCMI, Shanghai Jiao Tong University, for research",
        load=seed.load,
    ),
)
DATASETS: dict[str, Dataset] = {dataset.name: dataset for dataset in _DATASETS}
