"""A layer of one Mamba, or of two of which one runs backwards, after a layer norm and with a skip connection."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from earloop.model.config import Merge, Mixer, ModelConfig
from earloop.model.network.mamba import Mamba, MambaState, mix_directions, mixes_natively
from earloop.model.network.ssd import Mamba2

MAMBAS: dict[Mixer, type[Mamba | Mamba2]] = {"mamba1": Mamba, "mamba2": Mamba2}


class BidirectionalMamba(nn.Module):
    """Two Mambas, of which one runs backwards in time."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.merge: Merge = config.merge
        self.norm = nn.LayerNorm(config.d_model)
        self.forwards = MAMBAS[config.mixer](config)
        self.backwards = MAMBAS[config.mixer](config)
        self.join = nn.Linear(2 * config.d_model, config.d_model) if config.merge != "sum" else None

    def forward(self, tokens: Tensor) -> Tensor:
        """Map tokens [batch, length, d_model] to the same shape."""
        x = self.norm(tokens)
        if isinstance(self.forwards, Mamba) and isinstance(self.backwards, Mamba) and mixes_natively(x):
            mixed = mix_directions([self.forwards, self.backwards], x)
            if self.join is None:  # the sum of two projections is one projection of both inputs
                both = torch.cat([self.forwards.out_proj.weight, self.backwards.out_proj.weight], dim=1)
                return tokens + functional.linear(mixed.flatten(2), both)
            ahead: Tensor = self.forwards.out_proj(mixed[:, :, 0])
            back: Tensor = self.backwards.out_proj(mixed[:, :, 1])
        else:
            ahead, back = self.forwards(x), self.backwards(x.flip(1)).flip(1)
        if self.join is None:
            return tokens + ahead + back
        joined: Tensor = self.join(torch.cat([ahead, back], dim=-1))
        if self.merge == "concat":
            return tokens + joined
        gate = torch.sigmoid(joined)
        return tokens + gate * ahead + (1 - gate) * back


class CausalMamba(nn.Module):
    """One Mamba, which sees only the past; it takes a whole sequence or one token after the other."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(config.d_model)
        self.forwards: Mamba | Mamba2 = MAMBAS[config.mixer](config)

    def forward(self, tokens: Tensor) -> Tensor:
        """Map tokens [batch, length, d_model] to the same shape."""
        ahead: Tensor = self.forwards(self.norm(tokens))
        return tokens + ahead

    def start(self, batch: int) -> MambaState:
        """Return the state before the first token."""
        return self.forwards.start(batch)

    def step(self, token: Tensor, state: MambaState) -> tuple[Tensor, MambaState]:
        """Map one token, [batch, d_model], as `forward` does; return the result and the state after it."""
        ahead, state = self.forwards.step(self.norm(token), state)
        return token + ahead, state
