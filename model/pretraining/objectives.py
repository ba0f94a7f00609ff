"""PiMT's six reconstruction objectives (arXiv 2510.20853), each with its own decoder and an L1 loss.

Three look at the whole window (waveform, FFT amplitude, FFT phase), three at the tokens that were hidden. The paper
names no scaling of the spectra: here amplitudes are those of an orthonormal FFT, and phases are in half turns, [-1, 1].
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from model.config import ModelConfig
from model.network.encoder import Encoder

OBJECTIVES = ("autoencoding", "amplitude", "phase", "masked_reconstruction", "masked_amplitude", "masked_phase")


class Decoder(nn.Module):
    """A light MLP from a token's features to what an objective wants of it."""

    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, out))

    def forward(self, features: Tensor) -> Tensor:
        out: Tensor = self.layers(features)
        return out


class PiMT(nn.Module):
    """The encoder under its six decoders."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        bins = config.patch // 2 + 1
        widths = {"autoencoding": config.patch, "amplitude": bins, "phase": bins}
        widths |= {f"masked_{'reconstruction' if k == 'autoencoding' else k}": v for k, v in widths.items()}
        self.decoders = nn.ModuleDict({name: Decoder(config.d_model, widths[name]) for name in OBJECTIVES})

    def losses(self, patches: Tensor, mask: Tensor) -> Tensor:
        """The six losses, shape [6], in the order of `OBJECTIVES`.

        patches : [batch, bands, channels, patches, patch], scaled to about unit size
        mask : bool [batch, bands, channels, patches]
        """
        targets = (patches, *spectra(patches))
        # One pass for both views: the scan's cost is in its length, not in its batch.
        both = self.encoder(torch.cat([patches, patches]), torch.cat([torch.zeros_like(mask), mask]))
        whole, hidden = both[: len(patches)], both[len(patches) :][mask]
        seen = (nn.functional.l1_loss(d(whole), t) for d, t in zip(self._group(OBJECTIVES[:3]), targets, strict=True))
        unseen = (
            nn.functional.l1_loss(d(hidden), t[mask]) for d, t in zip(self._group(OBJECTIVES[3:]), targets, strict=True)
        )
        return torch.stack([*seen, *unseen])

    def _group(self, names: tuple[str, ...]) -> list[nn.Module]:
        return [self.decoders[name] for name in names]


def spectra(patches: Tensor) -> tuple[Tensor, Tensor]:
    """Amplitude and phase (in half turns) of each patch's orthonormal real FFT, [..., patch // 2 + 1] each."""
    spectrum = torch.fft.rfft(patches, norm="ortho")
    return spectrum.abs(), spectrum.angle() / math.pi
