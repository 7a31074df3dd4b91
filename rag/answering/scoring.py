"""Logistic models over features, read from files of weights that `python -m benchmarks fit` writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.errors import SettingsError

_MODELS_PATH = Path(__file__).resolve().parent / "models"


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """Weights of features, each scaled by a mean and a deviation first; of their products too, where quadratic."""

    features: tuple[str, ...]
    means: tuple[float, ...]
    deviations: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    quadratic: bool = False
    """Whether the weights are of the features and then of the products of each two, in the order of `np.triu_indices`."""

    def expanded(self, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Return what the weights multiply, float64 (n, n weights)."""
        scaled = (rows.astype(np.float64) - np.array(self.means)) / np.array(self.deviations)
        if not self.quadratic:
            return np.asarray(scaled)
        first, second = np.triu_indices(scaled.shape[1])
        return np.concatenate([scaled, scaled[:, first] * scaled[:, second]], axis=1)

    def probabilities(self, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Return the probability of each row, float64 (n,), of features float32 (n, n features)."""
        if rows.shape[0] == 0:
            return np.zeros(0)
        return np.asarray(1 / (1 + np.exp(-(self.expanded(rows) @ np.array(self.weights) + self.bias))))


def model_name(name: str, *, english: bool, reads: bool = False) -> str:
    """Return the name of a model's file: English questions, whose words are looked up, have weights of their own, and so
    has work with a reader."""
    return f"{name}{'_english' if english else ''}{'_reader' if reads else ''}"


@cache
def load_model(name: str, features: Sequence[str]) -> LogisticModel:
    """Return the model in `models/<name>.json`. SettingsError when its features are not `features`, in that order."""
    path = _MODELS_PATH / f"{name}.json"
    read = json.loads(path.read_text(encoding="utf-8"))
    if tuple(read["features"]) != tuple(features):
        raise SettingsError(
            f"权重文件 {path.name} 的特征是 {read['features']}，代码需要 {list(features)}。请重新拟合。"
        )
    return LogisticModel(
        tuple(read["features"]),
        tuple(read["means"]),
        tuple(read["deviations"]),
        tuple(read["weights"]),
        read["bias"],
        read["quadratic"],
    )
