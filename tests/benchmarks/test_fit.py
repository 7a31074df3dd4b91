"""Fitting the weights on a handful of questions: the files it writes are the ones the code loads."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from benchmarks import fit as fitting
from benchmarks.public import read_paragraphs, with_paragraphs_removed
from rag.answering import scoring
from rag.answering.confidence import CONFIDENCE_FEATURES
from rag.answering.ranking import FEATURES
from rag.answering.scoring import LogisticModel, load_model
from rag.errors import CaseChatError
from rag.settings import PROJECT_PATH, Settings

if TYPE_CHECKING:
    from embeddings.base import Embedder
    from rag.pipeline import CaseQA

SHIPPED = PROJECT_PATH / "rag" / "answering" / "models"
QUESTIONS: list[dict[str, Any]] = [
    {"type": "number", "question": "西海岸新区军民融合企业有多少家？", "evidence": ["新区军民融合企业达 161 家"]},
    {"type": "number", "question": "城阳大赛计划合同总投资多少亿元？", "evidence": ["计划合同总投资 105 亿元"]},
    {"type": "fact", "question": "苹果期货哪天上市？", "evidence": ["苹果期货于郑州商品交易所上市交易"]},
    {
        "type": "followup",
        "question": "总召集人是谁？",
        "history": ["胶州市的审计联席会议"],
        "evidence": ["由市长任总召集人"],
    },
    {"type": "unanswerable", "question": "青岛地铁2号线什么时候开通？", "evidence": []},
    {"type": "unanswerable", "question": "\U00020000\U00020001村有多少户？", "evidence": []},
    {"type": "meta", "question": "汇编一共有多少个案例？", "evidence": ["目录"]},
]


@pytest.fixture
def run(
    qa: CaseQA, default_embedder: Embedder, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Fit on some questions with the session's model and index, into a folder of its own."""
    monkeypatch.setattr(fitting, "MODELS_PATH", tmp_path)
    monkeypatch.setattr(fitting, "build_embedder", lambda settings: default_embedder)
    monkeypatch.setattr(fitting, "open_index", lambda settings, embedder: qa.index)

    def fit(questions: list[dict[str, Any]], **options: Any) -> list[Path]:
        path = tmp_path / "questions.jsonl"
        path.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in questions), encoding="utf-8")
        return fitting.fit(settings.model_copy(update={"reader": "none"}), [path], **options)

    return fit


def test_what_is_written_loads_and_tells_its_origin(
    run: Any, default_embedder: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in SHIPPED.glob("*.json")}
    ranking_path, confidence_path = run(QUESTIONS)
    assert (ranking_path, confidence_path) == (tmp_path / "ranking.json", tmp_path / "confidence.json")
    monkeypatch.setattr(scoring, "_MODELS_PATH", tmp_path)
    ranking = load_model.__wrapped__("ranking", FEATURES)
    confidence = load_model.__wrapped__("confidence", CONFIDENCE_FEATURES)
    n = len(CONFIDENCE_FEATURES)
    assert (ranking.quadratic, len(ranking.weights)) == (False, len(FEATURES))
    assert (confidence.quadratic, len(confidence.weights)) == (True, n + n * (n + 1) // 2)
    for model in (ranking, confidence):
        (probability,) = model.probabilities(np.array([model.means], dtype=np.float32))
        assert 0 < probability < 1
    origin = json.loads(ranking_path.read_text(encoding="utf-8"))["fitted_on"]
    sha256 = hashlib.sha256((tmp_path / "questions.jsonl").read_bytes()).hexdigest()
    assert origin["questions"] == {"questions.jsonl": sha256}
    assert origin["n_questions"] == 6  # the one about the compilation is left out
    assert origin["embedding_model"] == default_embedder.name
    assert {path.name: path.read_bytes() for path in SHIPPED.glob("*.json")} == before


def test_the_confidence_alone_is_fitted_to_the_ranking_as_it_is(run: Any, tmp_path: Path) -> None:
    assert run(QUESTIONS, only_confidence=True) == [tmp_path / "confidence.json"]
    assert not (tmp_path / "ranking.json").exists()


def test_questions_on_a_public_set_join_the_confidence_alone(run: Any, tmp_path: Path) -> None:
    texts = ["甲村有茶园40亩。", "乙村有果园70亩。", "丙村有鱼塘9口。"]
    entries = [{"question": f"{text[:2]}有什么？", "answers": [{"text": text[3:5]}]} for text in texts]
    paragraphs = [{"context": text, "qas": [entry]} for text, entry in zip(texts, entries, strict=True)]
    public = tmp_path / "public.json"
    public.write_text(json.dumps({"data": [{"title": "村", "paragraphs": paragraphs}]}), encoding="utf-8")
    ranking, confidence = ((tmp_path / f"{name}.json") for name in ("ranking", "confidence"))
    run(QUESTIONS)
    before = [json.loads(path.read_text(encoding="utf-8")) for path in (ranking, confidence)]
    run(QUESTIONS, squad_paths=[public])
    after = [json.loads(path.read_text(encoding="utf-8")) for path in (ranking, confidence)]
    assert after[0]["weights"] == before[0]["weights"]
    assert after[1]["weights"] != before[1]["weights"]
    assert after[1]["fitted_on"]["public"] == {"public.json": hashlib.sha256(public.read_bytes()).hexdigest()}
    documents, questions = with_paragraphs_removed(public)
    assert [(one.title, one.text) for one in documents] == [("村", texts[0]), ("村", texts[2])]
    assert [(one["type"], one["evidence"]) for one in questions] == [
        ("fact", ["茶园"]),
        ("unanswerable", []),
        ("fact", ["鱼塘"]),
    ]


@pytest.mark.parametrize(
    ("content", "said"), [(None, "读不出题库"), ("[]", "不是 SQuAD 格式"), ("{", "不是 SQuAD 格式")]
)
def test_a_file_that_is_no_public_set_is_named(tmp_path: Path, content: str | None, said: str) -> None:
    path = tmp_path / "public.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(CaseChatError) as caught:
        list(read_paragraphs(path))
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_of_a_set_that_is_reported_only_the_tune_half_is_taken(run: Any, tmp_path: Path) -> None:
    halves = tmp_path / "halves.jsonl"
    rows = [{**QUESTIONS[0], "split": "report"}, {**QUESTIONS[1], "split": "tune"}, QUESTIONS[4]]
    halves.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in rows), encoding="utf-8")
    (path,) = run(QUESTIONS, only_confidence=True, tune_paths=[halves])
    origin = json.loads(path.read_text(encoding="utf-8"))["fitted_on"]
    assert origin["n_questions"] == 6 + 1
    assert set(origin["questions"]) == {"questions.jsonl"}
    assert set(origin["half_of"]) == {"halves.jsonl"}


def test_the_same_questions_give_the_same_weights(run: Any) -> None:
    first = [path.read_bytes() for path in run(QUESTIONS)]
    assert [path.read_bytes() for path in run(QUESTIONS)] == first


def test_evidence_is_found_where_it_stands_however_it_is_spaced() -> None:
    form = "达161家，又161家"
    assert list(fitting.locate(form, range(len(form)), "161 家")) == [(1, 5), (7, 11)]
    assert list(fitting.locate(form, range(len(form)), "\U00020000")) == []
    assert list(fitting.locate(form, range(len(form)), "")) == []


@pytest.mark.parametrize("share", [fitting.FALSE_REFUSALS, 0.25])
def test_the_shift_lets_the_share_of_false_refusals_fall_below_half(share: float) -> None:
    rows = np.linspace(-2, 2, 101, dtype=np.float32).reshape(-1, 1)
    model = LogisticModel(("a",), (0.0,), (1.0,), (3.0,), 0.7)
    shifted = fitting._shifted(model, rows, np.ones(101, dtype=bool), share=share)
    below = (shifted.probabilities(rows) < 0.5).mean()
    assert below == pytest.approx(share, abs=0.011)
    assert shifted.weights == model.weights


@pytest.mark.parametrize(
    "questions",
    [[], QUESTIONS[:1], QUESTIONS[-1:], QUESTIONS[4:5]],
    ids=["none", "one", "meta only", "unanswerable only"],
)
def test_too_few_questions_are_said_to_be(run: Any, questions: list[dict[str, Any]]) -> None:
    with pytest.raises(CaseChatError):
        run(questions)
