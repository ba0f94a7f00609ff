"""The embedder as a graph for other runtimes: a `torch.export` program, or ONNX, each for any number of windows."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from earloop.model.config import ModelError
from earloop.model.export.embedder import Embedder
from earloop.model.export.empty_batch import BATCH, allow_no_windows
from earloop.system.whole import whole_file

OPSET = 20
TOLERANCE = 1e-4  # relative to the largest feature, between ONNX Runtime and PyTorch, both in float32
_WINDOWS = 2  # windows of the example that traces the graph: the tracer would take 0 and 1 as constants


def export_program(embedder: Embedder) -> torch.export.ExportedProgram:
    """Return the embedder as a program whose first axis, the windows, may have any length."""
    example = (torch.zeros(_WINDOWS, *_window_shape(embedder)),)
    batch = torch.export.Dim(BATCH, min=1, max=4096)
    return torch.export.export(embedder.eval(), example, dynamic_shapes={"tokens": {0: batch}})


def write_program(embedder: Embedder, path: Path) -> None:
    """Write the program, `*.pt2`, for `torch.export.load` and AOTInductor."""
    torch.export.save(export_program(embedder), path, extra_files={"earloop.json": json.dumps(facts(embedder))})


def write_onnx(embedder: Embedder, path: Path) -> float:
    """Write an ONNX file that maps `tokens` to `features` for any number of windows, and compare it with PyTorch.

    Returns
    -------
    The largest difference between ONNX Runtime and PyTorch on random windows, relative to the largest feature.

    Raises
    ------
    ModelError
        The difference is larger than `TOLERANCE`.
    """
    import onnx

    with _quiet():
        program = torch.onnx.export(
            export_program(embedder),
            dynamo=True,
            opset_version=OPSET,
            input_names=["tokens"],
            output_names=["features"],
            verbose=False,
        )
    if program is None:
        raise ModelError(f"{path}: PyTorch did not convert the encoder to ONNX; report this as a bug")
    graph = program.model_proto
    allow_no_windows(graph.graph)
    onnx.helper.set_model_props(graph, {"earloop": json.dumps(facts(embedder))})
    with whole_file(path) as partial:
        onnx.save(graph, partial)
        difference = _difference(embedder, partial)
        if difference > TOLERANCE:
            raise ModelError(
                f"{path}: ONNX Runtime differs from PyTorch by {difference:.1e} of the largest feature; wanted at most "
                f"{TOLERANCE:.0e}"
            )
    return difference


def facts(embedder: Embedder) -> dict[str, Any]:
    """Return the facts that a user of the graph needs, as values for JSON."""
    return embedder.token_format.facts() | {"patches": embedder.encoder.config.patches, "unit": "token steps"}


def _difference(embedder: Embedder, path: Path) -> float:
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(1)
    scale = embedder.scale.numpy()
    worst = 0.0
    for windows in (1, 3):  # an empty batch has no largest feature
        tokens = (rng.standard_normal((windows, *_window_shape(embedder))) * scale).astype(np.float32)
        with torch.inference_mode():
            wanted = embedder(torch.from_numpy(tokens)).numpy()
        (found,) = session.run(["features"], {"tokens": tokens})
        worst = max(worst, float(np.abs(found - wanted).max() / np.abs(wanted).max()))
    return worst


def _window_shape(embedder: Embedder) -> tuple[int, int, int, int]:
    """Return the shape of a window: bands, channels, patches, samples per patch."""
    config = embedder.encoder.config
    return config.bands, config.channels, config.patches, config.patch


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress the exporter's warnings about torchvision, which is not needed."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
