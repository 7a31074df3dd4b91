"""Float32 master copies of what training changes, with their optimiser and their checkpoint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import nn

from rag.errors import EmbeddingError, StorageError

CHECKPOINT_FILE = "checkpoint.safetensors"
WEIGHT, MEAN, SQUARE = "weight.", "m.", "v."
"""What the names of weights and of AdamW's two moments begin with in a checkpoint."""


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """All that decides what training gives, the data aside."""

    n_steps: int
    seed: int = 1
    batch_size: int = 16
    learning_rate: float = 2e-4
    """At its height; it rises for `warmup_share` of the steps and falls to zero in a straight line."""
    warmup_share: float = 0.05
    weight_decay: float = 0.01
    max_norm: float = 1.0
    """Gradients are scaled down to this norm."""
    text_tokens: int = 300
    """What a text has beyond this is not read."""
    practice_share: float = 0.5
    """Of the examples, those on a compilation's own passages, where there are practice questions."""
    checkpoint_every_s: float = 300.0


class Trained(Protocol):
    """A network that says what of it is trained."""

    def trained_parameters(self) -> Iterator[tuple[str, nn.Parameter]]:
        """Yield name and parameter of all that training changes."""


class Masters:
    """Float32 copies of the trained parameters, with AdamW on them."""

    def __init__(self, network: Trained, plan: TrainingPlan) -> None:
        self._plan = plan
        self._names, self._used = zip(*network.trained_parameters(), strict=True)
        self._copies = [nn.Parameter(parameter.detach().float().clone()) for parameter in self._used]
        decayed = [copy for copy in self._copies if copy.dim() > 1]
        kept = [copy for copy in self._copies if copy.dim() == 1]
        self._optimiser = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": plan.weight_decay}, {"params": kept, "weight_decay": 0.0}],
            lr=plan.learning_rate,
            fused=True,
        )

    def update(self, step: int) -> None:
        """Take one step with the gradients that stand at the network's parameters, and clear them."""
        for copy, used in zip(self._copies, self._used, strict=True):
            copy.grad = used.grad.float()
            used.grad = None
        nn.utils.clip_grad_norm_(self._copies, self._plan.max_norm)
        for group in self._optimiser.param_groups:
            group["lr"] = self._plan.learning_rate * _rate(step, self._plan)
        self._optimiser.step()
        self._write_back()

    def weights(self) -> dict[str, torch.Tensor]:
        """Return the float32 copies, by name."""
        return {name: copy.data for name, copy in zip(self._names, self._copies, strict=True)}

    def save(self, path: Path, step: int) -> None:
        """Write copies and moments beside the file first, renamed when complete. StorageError where that is refused."""
        from safetensors import SafetensorError
        from safetensors.torch import save_file

        tensors: dict[str, torch.Tensor] = {}
        for name, copy in zip(self._names, self._copies, strict=True):
            state = self._optimiser.state[copy]
            tensors |= {WEIGHT + name: copy.data, MEAN + name: state["exp_avg"], SQUARE + name: state["exp_avg_sq"]}
        new = path.with_suffix(".new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            save_file(tensors, new, metadata={"step": str(step), "plan": _fixed(self._plan)})
            new.replace(path)
        except (OSError, SafetensorError) as exc:
            raise StorageError(
                f"检查点写不进 {path.parent}（{exc}）。请检查权限和磁盘空间（约需 600 MB），或用 --out 换一个文件夹。"
            ) from exc

    def load(self, path: Path) -> int:
        """Read what `save` wrote and return its step. Raises EmbeddingError where it does not fit."""
        checkpoint = read_checkpoint(path)
        if checkpoint.plan != _fixed(self._plan):
            raise EmbeddingError(
                f"检查点 {path} 是用别的参数训练的（{checkpoint.plan}，现在是 {_fixed(self._plan)}）。"
                f"请用相同的参数，或去掉 --resume。"
            )
        for name, copy in zip(self._names, self._copies, strict=True):
            copy.data.copy_(checkpoint.tensors[WEIGHT + name])
            self._optimiser.state[copy] = {
                "step": torch.tensor(float(checkpoint.step)),
                "exp_avg": checkpoint.tensors[MEAN + name],
                "exp_avg_sq": checkpoint.tensors[SQUARE + name],
            }
        self._write_back()
        return checkpoint.step

    def _write_back(self) -> None:
        with torch.no_grad():
            for copy, used in zip(self._copies, self._used, strict=True):
                used.copy_(copy)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint holds."""

    step: int
    """Steps done."""
    plan: str
    tensors: Mapping[str, torch.Tensor]

    @property
    def weights(self) -> dict[str, torch.Tensor]:
        """The float32 weights, by name."""
        return {name[len(WEIGHT) :]: value for name, value in self.tensors.items() if name.startswith(WEIGHT)}


def read_checkpoint(path: Path) -> Checkpoint:
    """Return a checkpoint. Raises EmbeddingError where it is missing or damaged."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return Checkpoint(int(metadata["step"]), metadata["plan"], tensors)
    except (OSError, SafetensorError, KeyError, ValueError) as exc:
        raise EmbeddingError(f"读不出检查点 {path}。请检查 --out，或去掉 --resume，从头训练。") from exc


def _rate(step: int, plan: TrainingPlan) -> float:
    """Return the share of the learning rate at a step, from 0."""
    n_warmup = max(1, int(plan.n_steps * plan.warmup_share))
    if step < n_warmup:
        return (step + 1) / n_warmup
    return max(0.0, (plan.n_steps - step) / max(1, plan.n_steps - n_warmup))


def _fixed(plan: TrainingPlan) -> str:
    return (
        f"steps={plan.n_steps} seed={plan.seed} batch={plan.batch_size} rate={plan.learning_rate} "
        f"practice={plan.practice_share}"
    )
