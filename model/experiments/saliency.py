"""Which bands does a task need? A network trained on gaze is compared with one trained on the jaw.

The eyes turn slowly and the jaw's muscles fire fast: gaze should depend on bands below 20 Hz, a clenched jaw on bands
above. The paper finds low bands for gaze and video, and high bands for taste, touch, smell and sound (arXiv 2510.20853,
section 5).
"""

from __future__ import annotations

import numpy as np

from earloop.model.evaluation.saliency import BandSaliency, band_saliency
from earloop.model.experiments.bands import ear_design
from earloop.model.experiments.figures import band_bars
from earloop.model.experiments.report import Cell, ExperimentReport
from earloop.model.experiments.setting import Setting
from earloop.model.experiments.tasks import tasks_of
from earloop.model.finetuning.finetune import finetuning
from earloop.model.fitting.training import NetworkPredictor, TrainConfig
from earloop.model.protocol.metrics import metrics_for

SCENARIOS = ("task-gaze", "task-jaw", "task-taste")
LOW_TO_HZ = 20.0  # a band that ends there or below is low
HEAD = (
    "task",
    "score",
    "attribution, low bands",
    "attribution, high bands",
    "occlusion, low bands",
    "occlusion, high bands",
    "first band",
)


def run(setting: Setting) -> ExperimentReport:
    """Train on each task's first split, and measure each band's importance on its test; the mean over seeds."""
    design = ear_design()
    config = TrainConfig(passes=setting.budget.passes)
    low = np.array([band.high_hz <= LOW_TO_HZ for band in design.bands])
    rows: list[tuple[Cell, ...]] = []
    panels: dict[str, BandSaliency] = {}
    for name, task in tasks_of(setting, real=("SSVEP",), scenarios=SCENARIOS).items():
        epochs = task.load(design)
        split = task.split(epochs)[0]
        found = []
        with setting.stage(name, len(setting.seeds), "networks") as advance:
            for seed in setting.seeds:
                model = finetuning("scratch", preset=setting.budget.preset, config=config)
                predictor = model.fit(epochs, split.train, seed)
                if not isinstance(predictor, NetworkPredictor):
                    raise TypeError(f"the predictor is a {type(predictor).__name__}; wanted a NetworkPredictor")
                found.append(band_saliency(predictor, epochs, split.train, split.test, metrics_for(epochs)[0], seed))
                advance(len(found))
        panels[name] = mean = _mean(found)
        rows.append(
            (
                name,
                f"{mean.metric.name} {mean.whole:.2f}",
                *(float(share[side].sum()) for share in (mean.attribution, mean.occlusion) for side in (low, ~low)),
                design.band_names[int(mean.attribution.argmax())],
            )
        )
    return ExperimentReport(
        name="saliency",
        question="Does a network use the low bands for gaze and the high bands for the jaw?",
        head=HEAD,
        rows=tuple(rows),
        figure=band_bars(panels, low),
        notes=(
            f"Low bands end at {LOW_TO_HZ:g} Hz or below. Values are shares of the whole; occlusion counts only losses "
            "above 0.",
        ),
    )


def _mean(found: list[BandSaliency]) -> BandSaliency:
    """Return the mean over networks that differ only in their seed."""
    first = found[0]
    return BandSaliency(
        task=first.task,
        bands=first.bands,
        metric=first.metric,
        attribution=np.mean([one.attribution for one in found], axis=0),
        whole=float(np.mean([one.whole for one in found])),
        loss=np.mean([one.loss for one in found], axis=0),
    )
