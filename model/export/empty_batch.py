"""Change of an ONNX graph so that it also takes a batch of no windows; its first axis is called `batch`.

ONNX Runtime 1.31.1 fails where a Scan's body reduces an axis of an empty tensor, and in its fused matrix
product. So the graph computes one window of zeros for an empty batch, and returns as many windows as it received:

    tokens [batch, ...] --Pad by max(1 - batch, 0)--> the graph --Slice to batch--> features [batch, ...]
"""

from __future__ import annotations

from typing import Any

import numpy as np

BATCH = "batch"
_PADDED, _UNCUT = "tokens_or_one_window", "features_or_one_window"


def allow_no_windows(graph: Any) -> None:
    """Change an `onnx.GraphProto` with one input and one output, both with the windows on the first axis."""
    from onnx import helper, numpy_helper

    (tokens,), (features,) = graph.input, graph.output
    for node in graph.node:
        node.input[:] = [_PADDED if name == tokens.name else name for name in node.input]
        node.output[:] = [_UNCUT if name == features.name else name for name in node.output]
    axes = len(tokens.type.tensor_type.shape.dim)
    constants = {"batch_axis": [0], "batch_one": [1], "batch_none": [0], "batch_rest": [0] * (axes - 1)}
    graph.initializer.extend(
        numpy_helper.from_array(np.array(values, np.int64), name) for name, values in constants.items()
    )
    before = [
        helper.make_node("Shape", [tokens.name], ["batch_size"], start=0, end=1),
        helper.make_node("Sub", ["batch_one", "batch_size"], ["batch_short"]),
        helper.make_node("Max", ["batch_short", "batch_none"], ["batch_more"]),
        helper.make_node("Concat", ["batch_none", "batch_rest", "batch_more", "batch_rest"], ["batch_pads"], axis=0),
        helper.make_node("Pad", [tokens.name, "batch_pads"], [_PADDED]),
    ]
    after = helper.make_node("Slice", [_UNCUT, "batch_none", "batch_size", "batch_axis"], [features.name])
    nodes = [*before, *graph.node, after]
    del graph.node[:], graph.value_info[:]  # the value infos have the shapes of the graph before padding
    graph.node.extend(nodes)
    for value in (tokens, features):
        value.type.tensor_type.shape.dim[0].dim_param = BATCH
