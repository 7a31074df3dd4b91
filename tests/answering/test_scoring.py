"""Logistic models: their arithmetic, and files that do not fit the code."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from rag.answering import scoring
from rag.answering.confidence import CONFIDENCE_FEATURES
from rag.answering.ranking import FEATURES
from rag.answering.scoring import LogisticModel, load_model
from rag.errors import SettingsError

MODEL = LogisticModel(("a", "b"), (1.0, 0.0), (2.0, 1.0), (1.0, -3.0), 0.5)


def test_probability_is_the_logistic_of_the_scaled_sum() -> None:
    rows = np.array([[3.0, 1.0], [1.0, 0.0]], dtype=np.float32)
    expected = [1 / (1 + math.exp(-(1.0 - 3.0 + 0.5))), 1 / (1 + math.exp(-0.5))]
    assert MODEL.probabilities(rows) == pytest.approx(expected)


def test_no_rows_have_no_probabilities() -> None:
    assert MODEL.probabilities(np.zeros((0, 2), dtype=np.float32)).shape == (0,)


def test_a_quadratic_model_weighs_products_of_two_after_the_features() -> None:
    model = LogisticModel(("a", "b"), (0.0, 0.0), (1.0, 1.0), (0.0, 0.0, 0.0, 1.0, 0.0), 0.0, quadratic=True)
    rows = np.array([[2.0, 3.0]], dtype=np.float32)
    assert model.expanded(rows).tolist() == [[2.0, 3.0, 4.0, 6.0, 9.0]]
    assert model.probabilities(rows) == pytest.approx([1 / (1 + math.exp(-6.0))])


def test_extreme_rows_stay_between_0_and_1() -> None:
    rows = np.array([[1e3, 0.0], [-1e3, 0.0]], dtype=np.float32)
    high, low = MODEL.probabilities(rows)
    assert 0 <= low < 1e-9
    assert 1 - 1e-9 < high <= 1


@pytest.mark.parametrize(("name", "features"), [("ranking", FEATURES), ("confidence", CONFIDENCE_FEATURES)])
def test_the_models_that_are_shipped_fit_the_code(name: str, features: tuple[str, ...]) -> None:
    model = load_model(name, features)
    n = len(features)
    assert model.features == features
    assert len(model.means) == len(model.deviations) == n
    assert all(deviation > 0 for deviation in model.deviations)
    assert len(model.weights) == (n + n * (n + 1) // 2 if model.quadratic else n)
    middle = model.probabilities(np.array([model.means], dtype=np.float32))
    assert 0 < middle[0] < 1


def test_the_models_say_what_they_were_fitted_on() -> None:
    models = Path(scoring.__file__).parent / "models"
    for path in (*models.glob("ranking*.json"), *models.glob("confidence*.json")):
        fitted_on = json.loads(path.read_text(encoding="utf-8"))["fitted_on"]
        assert fitted_on["n_questions"] > 100
        assert "qingdao-2018.jsonl" not in fitted_on["questions"]


def test_other_features_are_refused_by_their_names() -> None:
    shipped = list(FEATURES)
    with pytest.raises(SettingsError) as caught:
        load_model("ranking", ("cosine", "\U00020000"))
    assert str(caught.value) == (
        f"权重文件 ranking.json 的特征是 {shipped}，代码需要 ['cosine', '\U00020000']。请重新拟合。"
    )


def test_the_order_of_features_counts() -> None:
    with pytest.raises(SettingsError, match="请重新拟合"):
        load_model("ranking", tuple(reversed(FEATURES)))
