"""Decoders of a real design, learned in a moment, whose decisions mean nothing but differ from window to window."""

from __future__ import annotations

import numpy as np
import torch

from earloop.model.config import ModelConfig
from earloop.model.finetuning.decoder import learn_decoder
from earloop.model.finetuning.finetune import finetuning
from earloop.model.finetuning.network import Pretrained
from earloop.model.network.encoder import Encoder
from earloop.model.tasks.epochs import Epochs

CLASSES = ("calm", "busy")


def learned(stream, *, patches=4, classes=CLASSES, outputs=(), seed=0):
    """A linear model on a small encoder that was never trained.

    Epochs lie side by side in a stream of tokens. Half of them, those with more power, are of the second class; values
    are drawn.
    """
    form = stream.format
    config = ModelConfig(
        channels=len(form.channels),
        bands=len(form.bands),
        patches=patches,
        patch=form.patch,
        d_model=16,
        layers=1,
        d_state=4,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        encoder = Encoder(config)
    start = np.arange(0, len(stream) - patches * form.patch + 1, patches * form.patch)
    loud = [np.square(stream.window(s, patches), dtype=float).sum() for s in start]
    values = np.random.default_rng(seed).normal(size=(len(start), patches, len(outputs))).astype(np.float32)
    target = (loud > np.median(loud)).astype(np.int64) if classes else values
    where = np.zeros(len(start), np.int64)
    epochs = Epochs(
        task="loudness",
        streams=(stream,),
        stream=where,
        start=start,
        patches=patches,
        target=target,
        classes=classes,
        outputs=outputs,
    )
    pretrained = Pretrained(encoder, np.full(len(form.bands), 100, np.float32))
    return learn_decoder(finetuning("frozen", pretrained), epochs, mode="frozen", seed=seed)
