"""Low-rank updates of the linear layers: a skill of a few hundred kilobytes. The base's own weights never move.

Paper: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", ICLR 2022. By `peft`, names absolute.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import Field

from lingos.contracts import BackboneInfo
from lingos.methods.base import Deep, HeadKind, Layered, Reads

if TYPE_CHECKING:
    from lingos.modules.branch import Branch

__all__ = ["Lora"]


class Lora(Layered):
    """LoRA on every linear layer of the top `layers`. Choose it over `full` where many skills share one big base."""

    class Settings(Deep):
        learning_rate: float = 2e-3
        layer_decay: float = 1.0
        weight_decay: float = 0.0
        layers: int = Field(0, ge=0, description="layers with adapters, from the top; 0 = all")
        rank: int = Field(16, ge=1, description="rank of each update")
        alpha: float = Field(32.0, gt=0, description="update is scaled by alpha / rank")

    name = "lora"
    reads: Reads = "states"
    cost = 6
    head: HeadKind = "family"

    def start(self, info: BackboneInfo, settings: Any) -> int | None:
        """The first layer with adapters."""
        return max(0, info.depth - (settings.layers or info.depth))

    def prepare(self, branch: Branch, settings: Any) -> None:
        """Inject adapters; only they and the head move."""
        from peft import inject_adapter_in_model  # seconds to import
        from torch import nn

        assert branch.span is not None
        targets = [name for name, module in branch.span.named_modules() if isinstance(module, nn.Linear)]
        inject_adapter_in_model(_config(settings, targets), branch.span)
        for name, parameter in branch.named_parameters():
            parameter.requires_grad_("lora_" in name or name.startswith("head."))

    def finish(self, branch: Branch, settings: Any) -> dict[str, bytes]:
        """The adapter as plain `peft` files with absolute names; then it is merged into the branch's layers."""
        from peft.tuners.tuners_utils import BaseTunerLayer  # seconds to import
        from safetensors.torch import save

        assert branch.span is not None
        adapted = {name: module for name, module in branch.span.named_modules() if isinstance(module, BaseTunerLayer)}
        tensors = {
            f"base_model.model.{name.removeprefix('span.').replace('.default', '')}": value.detach().cpu().contiguous()
            for name, value in branch.state_dict().items()
            if "lora_" in name
        }
        for name, module in adapted.items():
            module.merge()
            branch.span.set_submodule(name, module.get_base_layer())
        config = _config(settings, list(adapted)).to_dict() | {"inference_mode": True}
        text = json.dumps({key: _plain(value) for key, value in config.items()}, indent=2, sort_keys=True)
        return {"adapter/adapter_model.safetensors": save(tensors), "adapter/adapter_config.json": text.encode()}


def _config(settings: Any, targets: list[str]) -> Any:
    from peft import LoraConfig

    return LoraConfig(r=settings.rank, lora_alpha=settings.alpha, target_modules=targets, bias="none")


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, set) else getattr(value, "value", value)
