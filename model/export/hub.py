"""A checkpoint as a folder for Hugging Face's hub: config.json, model.safetensors, and a model card."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from huggingface_hub import ModelCard, ModelCardData
from safetensors.torch import load_file, save_file

from earloop.model.config import ModelError
from earloop.model.export.embedder import Embedder
from earloop.model.pretraining.checkpoint import CheckpointInfo, load_encoder
from earloop.model.tensor_file import PYTORCH
from earloop.system.whole import write_whole, writing

WEIGHTS_NAME, CARD_NAME = "model.safetensors", "README.md"
TAGS = ["eeg", "biosignals", "ear-eeg", "mamba", "feature-extraction"]


def write_hub(checkpoint: Path, folder: Path) -> None:
    """Write the folder of a checkpoint.

    Raises
    ------
    ModelError
        The file is not a readable checkpoint, or the folder cannot be written.
    """
    encoder, info = load_encoder(checkpoint)
    embedder = Embedder.of(encoder, info.format, info.scale)
    with writing(folder, ModelError):
        embedder.save_pretrained(folder)
        save_file(load_file(folder / WEIGHTS_NAME), folder / WEIGHTS_NAME, dict(PYTORCH))
        write_whole(folder / CARD_NAME, model_card(embedder, info))


def model_card(embedder: Embedder, info: CheckpointInfo) -> str:
    """Return the model card, in Markdown after the hub's YAML."""
    data = ModelCardData(library_name="earloop", license="apache-2.0", tags=TAGS, pipeline_tag="feature-extraction")
    text: str = str(ModelCard(f"---\n{data.to_yaml()}\n---\n\n{_text(embedder, info)}"))
    return text


def _text(embedder: Embedder, info: CheckpointInfo) -> str:
    format, config = info.format, embedder.encoder.config
    window_s = config.patches * config.patch / format.rate_hz
    tokens = f"{config.bands}, {config.channels}, {config.patches}"
    shape, features = f"{tokens}, {config.patch}", f"{tokens}, {config.d_model}"
    direction = "causal" if config.causal else "bidirectional"
    parameters = sum(weight.numel() for weight in embedder.parameters())
    return f"""\
# An encoder of ear-worn ExG

It turns {window_s:g} s of EEG, EOG, EMG and ECG at the ears, as the tokens of an earbud, into features: one vector of
{config.d_model} numbers for each patch of {config.patch} samples of each of {config.bands} frequency bands of each of
{config.channels} channels. It is a {direction} {config.mixer} of {config.layers} layers, {parameters:,} parameters,
after PiMT ([arXiv 2510.20853](https://arxiv.org/abs/2510.20853)), whose authors did not contribute to it. It is not a
medical device, and its output must not be used for a diagnosis.

## Training data

{_training(info)}

## Input and output

| | |
|---|---|
| input | `tokens`, float32 [batch, {shape}]: bands, channels, patches, samples; in token steps |
| rate | {format.rate_hz:g} samples per second in each band |
| channels, in this order | {", ".join(format.channels)} |
| bands, in this order | {", ".join(format.bands)} |
| design of the earbud | SHA-256 `{format.design_hash}`; tokens of another design have another meaning |
| output | float32 [batch, {features}] |

## How to use it

With earloop {version("earloop")}, the program that made it:

```python
import torch
from earloop.model.export.embedder import Embedder

embedder = Embedder.from_pretrained("path/to/this/folder").eval()
tokens = torch.zeros(1, {shape})
with torch.inference_mode():
    features = embedder(tokens)  # [1, {features}]
```

`earloop embed RECORDING --checkpoint ... --out features.npz` tokenises a recording and computes its features;
`earloop export ... --onnx encoder.onnx` writes the encoder for other runtimes.
"""


def _training(info: CheckpointInfo) -> str:
    """Describe the training; a checkpoint names a corpus, but not single recordings."""
    corpus = f"A corpus of synthetic people, whose plan has the SHA-256 `{info.corpus}`"
    facts = [corpus if info.corpus else "Single recordings, which the checkpoint does not name"]
    facts.append(f"six self-supervised objectives, {len(info.losses):,} steps of {info.training.batch} windows")
    if info.losses:
        facts.append(f"the loss went from {info.losses[0]:.3g} to {info.losses[-1]:.3g}")
    if info.held_out and info.validation:
        facts.append(
            f"on {len(info.held_out)} recordings that it never learned from, it is {info.validation[-1][1]:.3g}"
        )
    return "; ".join(facts) + "."
