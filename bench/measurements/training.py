"""A whole training step, with objectives, gradients and optimiser: our Mambas against others' and a Transformer.

Other projects' Mamba blocks replace ours in our encoder, so that everything else is the same. Without a GPU, Hugging
Face's runs in plain PyTorch, in a time that grows with the square of the length: it is measured on a short window.

Pretraining of `nano` is measured with threads that share a batch, as `earloop pretrain` uses them, and with the same
number of PyTorch's threads in each operation; both also beside other programs that keep every core busy.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import torch
from mambapy.mamba import MambaBlock
from mambapy.mamba import MambaConfig as MambaPyConfig
from torch import nn
from transformers import MambaConfig as HuggingFaceConfig
from transformers.models.mamba.modeling_mamba import MambaMixer

from bench.memory import growth_mb
from bench.table import ResultRow
from bench.timing import median_seconds
from earloop.model.config import PRESETS, ModelConfig
from earloop.model.network.workers import Loss, Workers
from earloop.model.pretraining.masking import draw_mask
from earloop.model.pretraining.objectives import PiMT
from earloop.model.pretraining.run import PART_WINDOWS

NEEDS = ("torch", "g++")
THREADS, ROUNDS = 2, 3
BATCH, PATCHES = 4, 16  # 768 tokens of 4 channels and 12 bands
LONG = 128  # patches: 6,144 tokens, 32 s
SHORT = 4  # patches: 192 tokens
NANO_BATCH, NANO_ROUNDS = 8, 15


def measure() -> list[ResultRow]:
    """Measure ratios of median times, and the memory of a process for one step."""
    threads = torch.get_num_threads()
    torch.set_num_threads(THREADS)
    try:
        ours, mamba2, transformer, mambapy = median_seconds(
            *(training_step(kind, PATCHES, BATCH) for kind in ("mamba1", "mamba2", "transformer", "mambapy")),
            rounds=ROUNDS,
        )
        ours_short, huggingface = median_seconds(
            *(training_step(kind, SHORT, 1) for kind in ("mamba1", "huggingface")), rounds=1
        )
        ours_long, mamba2_long, transformer_long = median_seconds(
            *(training_step(kind, LONG, 1) for kind in ("mamba1", "mamba2", "transformer")), rounds=1
        )
    finally:
        torch.set_num_threads(threads)
    mb = {
        (kind, patches): growth_mb(_ready, kind, patches, batch)
        for kind in ("mamba1", "mamba2", "transformer")
        for patches, batch in ((PATCHES, BATCH), (LONG, 1))
    }
    quiet, busy = _nano(), _nano_beside_others()
    what, size = "Training step of tiny", f"768 tokens, batch {BATCH}, {THREADS} threads"
    long = "6,144 tokens, batch 1"
    return [
        ResultRow(what=f"{what}, {size}", value=ours * 1e3, unit="ms", against="in the rows below"),
        ResultRow(
            what=f"{what}, {size}",
            value=mambapy / ours,
            unit="x as fast",
            against="mamba.py's blocks in the place of ours",
            at_least=16.0,
        ),
        ResultRow(
            what=f"{what}, 192 tokens, batch 1",
            value=huggingface / ours_short,
            unit="x as fast",
            against="Hugging Face's blocks, no GPU",
        ),
        ResultRow(what=f"{what}, {size}", value=mamba2 / ours, unit="x as long", against="Mamba-2 in Mamba-1's place"),
        ResultRow(
            what=f"{what}, {size}", value=transformer / ours, unit="x as long", against="a Transformer of the size"
        ),
        ResultRow(what=f"{what}, {long}", value=ours_long * 1e3, unit="ms", against="in the rows below"),
        ResultRow(
            what=f"{what}, {long}",
            value=mamba2_long / ours_long,
            unit="x as long",
            against="Mamba-2 in Mamba-1's place",
        ),
        ResultRow(
            what=f"{what}, {long}",
            value=transformer_long / ours_long,
            unit="x as long",
            against="a Transformer of the size",
        ),
        *(
            ResultRow(what=f"{what}, peak of memory, {name}", value=mb[kind, patches], unit="MB", against=against)
            for patches, name in ((PATCHES, size), (LONG, long))
            for kind, against in (("mamba1", "Mamba-1"), ("mamba2", "Mamba-2"), ("transformer", "the Transformer"))
        ),
        *_nano_rows(quiet, busy),
    ]


def _nano_rows(quiet: tuple[float, float, float], busy: tuple[float, float, float]) -> list[ResultRow]:
    what = f"Pretraining step of nano, batch {NANO_BATCH}"
    sharing, in_operations, alone = quiet
    beside = f"{what}, {THREADS} threads that share the batch"
    return [
        ResultRow(
            what=beside,
            value=NANO_BATCH / sharing,
            unit="windows/s",
            against=f"one thread: {NANO_BATCH / alone:.0f}",
            at_least=120.0,
        ),
        ResultRow(
            what=beside, value=in_operations / sharing, unit="x as fast", against="PyTorch's threads in operations"
        ),
        ResultRow(
            what=f"{beside}, while other programs use every core",
            value=busy[1] / busy[0],
            unit="x as fast",
            against=f"PyTorch's threads in operations; one thread: {busy[2] / busy[0]:.2g} x",
        ),
    ]


def _nano() -> tuple[float, float, float]:
    """Return the median time of a step: by threads that share the batch, by PyTorch's threads, by one thread."""
    step = training_step("mamba1", PATCHES, NANO_BATCH, preset="nano")

    def with_threads(count: int) -> None:
        before = torch.get_num_threads()
        torch.set_num_threads(count)
        try:
            step()
        finally:
            torch.set_num_threads(before)

    with Workers(THREADS) as workers:
        sharing, in_operations, alone = median_seconds(
            training_step("mamba1", PATCHES, NANO_BATCH, preset="nano", workers=workers),
            partial(with_threads, THREADS),
            partial(with_threads, 1),
            rounds=NANO_ROUNDS,
        )
    return sharing, in_operations, alone


def _nano_beside_others() -> tuple[float, float, float]:
    with _busy(THREADS):
        return _nano()


@contextmanager
def _busy(count: int) -> Iterator[None]:
    """Keep `count` cores busy with other programs meanwhile."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def training_step(
    kind: str, patches: int, batch: int, *, preset: str = "tiny", workers: Workers | None = None
) -> Callable[[], None]:
    """Return a function that does a step of `kind`: one of our mixers, `mambapy` or `huggingface`.

    With `workers`, the threads share the batch, as in `earloop pretrain`.
    """
    torch.manual_seed(1)
    config = model_of(kind, patches, preset)
    network = PiMT(config)
    for block in network.encoder.blocks:
        if kind in OTHERS:
            block.forwards, block.backwards = OTHERS[kind](config), OTHERS[kind](config)
    optimizer = torch.optim.AdamW(network.parameters())
    windows = torch.randn(batch, config.bands, config.channels, patches, config.patch)
    masks = draw_mask(config, batch, 0.5, torch.Generator().manual_seed(1))

    def loss_of(part: torch.Tensor) -> Loss:
        def compute() -> tuple[torch.Tensor, torch.Tensor]:
            losses = network(windows[part], masks[part]) * (len(part) / batch)
            return losses.sum(), losses.detach()

        return compute

    def step() -> None:
        if workers is None:
            optimizer.zero_grad()
            network(windows, masks).sum().backward()
        else:
            parts = torch.split(torch.arange(batch), PART_WINDOWS)
            workers.gradients(list(network.parameters()), [loss_of(part) for part in parts])
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()

    return step


def model_of(kind: str, patches: int, preset: str = "tiny") -> ModelConfig:
    """Return a preset for `patches` patches of the reference design."""
    size = PRESETS[preset]
    sizes = partial(ModelConfig, channels=4, bands=12, patches=patches, patch=50, d_model=size.d_model)
    if kind == "mamba2":
        return sizes(layers=size.layers, mixer="mamba2")
    return sizes(layers=size.layers, mixer="transformer" if kind == "transformer" else "mamba1")


def mambapy_block(config: ModelConfig) -> nn.Module:
    """Return mamba.py's block of the same sizes."""
    block: nn.Module = MambaBlock(
        MambaPyConfig(
            config.d_model, 1, d_state=config.d_state, expand_factor=config.expand, d_conv=config.d_conv, pscan=True
        )
    )
    return block


def huggingface_block(config: ModelConfig) -> nn.Module:
    """Return Hugging Face's block of the same sizes."""
    block: nn.Module = MambaMixer(
        HuggingFaceConfig(
            hidden_size=config.d_model, state_size=config.d_state, expand=config.expand, conv_kernel=config.d_conv
        ),
        layer_idx=0,
    )
    return block


OTHERS: dict[str, Callable[[ModelConfig], nn.Module]] = {"mambapy": mambapy_block, "huggingface": huggingface_block}


def _ready(kind: str, patches: int, batch: int) -> Callable[[], None]:
    """Return a step, after a small step that loads the libraries."""
    torch.set_num_threads(THREADS)
    training_step(kind, 1, 1)()
    return training_step(kind, patches, batch)
