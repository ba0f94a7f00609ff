"""PiMT's six reconstruction objectives (arXiv 2510.20853), each with a decoder and an L1 loss.

Three objectives reconstruct the whole window (waveform, FFT amplitude, FFT phase), three only the hidden tokens. The
paper gives no scaling of the spectra: here amplitudes are those of an orthonormal FFT, and phases are in half turns,
[-1, 1].
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from earloop.model.config import ModelConfig, ModelError
from earloop.model.network.encoder import Encoder

OBJECTIVES = ("autoencoding", "amplitude", "phase", "masked_reconstruction", "masked_amplitude", "masked_phase")


class ObjectiveHead(nn.Module):
    """A small MLP from a token's features to the target of an objective."""

    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, out))

    def forward(self, features: Tensor) -> Tensor:
        """Map features [..., width] to [..., out]."""
        out: Tensor = self.layers(features)
        return out


class PiMT(nn.Module):
    """The encoder and its six decoders."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        bins = config.patch // 2 + 1
        widths = {"autoencoding": config.patch, "amplitude": bins, "phase": bins}
        widths |= {f"masked_{'reconstruction' if k == 'autoencoding' else k}": v for k, v in widths.items()}
        self.decoders = nn.ModuleDict({name: ObjectiveHead(config.d_model, widths[name]) for name in OBJECTIVES})

    def forward(self, patches: Tensor, mask: Tensor) -> Tensor:
        """Return the six losses, [6], in the order of `OBJECTIVES`: each is a mean over windows of a mean over tokens.

        All windows weigh the same, whatever number of tokens is hidden. So the losses of a batch are the mean of those
        of its equal parts.

        Parameters
        ----------
        patches : [batch, bands, channels, patches, patch], scaled to about unit size
        mask : bool [batch, bands, channels, patches], true where a token is hidden

        Raises
        ------
        ModelError
            All tokens of a window are hidden, or none.
        """
        count = mask.sum(dim=(1, 2, 3), keepdim=True)
        if not bool(((count > 0) & (count < mask[0].numel())).all()):
            raise ModelError(
                f"the mask hides {count.flatten().tolist()} of each window's {mask[0].numel()} tokens: wanted some, "
                "but not all, of every window"
            )
        targets = (patches, *spectra(patches))
        # One pass for both views: the time of the scan depends on the length, and hardly on the batch.
        both = self.encoder(torch.cat([patches, patches]), torch.cat([torch.zeros_like(mask), mask]))
        whole, hidden = both[: len(patches)], both[len(patches) :][mask]
        share = (mask / (count * len(mask)))[mask]  # weight of each hidden token in the mean
        seen = (nn.functional.l1_loss(d(whole), t) for d, t in zip(self._group(OBJECTIVES[:3]), targets, strict=True))
        unseen = (
            ((d(hidden) - t[mask]).abs().mean(-1) * share).sum()
            for d, t in zip(self._group(OBJECTIVES[3:]), targets, strict=True)
        )
        return torch.stack([*seen, *unseen])

    def _group(self, names: tuple[str, ...]) -> list[nn.Module]:
        return [self.decoders[name] for name in names]


def spectra(patches: Tensor) -> tuple[Tensor, Tensor]:
    """Return amplitude and phase (in half turns) of each patch's orthonormal real FFT, [..., patch // 2 + 1] each."""
    spectrum = torch.fft.rfft(patches, norm="ortho")
    return spectrum.abs(), spectrum.angle() / math.pi
