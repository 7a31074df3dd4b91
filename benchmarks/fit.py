"""Fit the weights of the sentence ranking and of the confidence on a question set with evidence.

`python -m benchmarks fit --questions FILE …` writes `rag/answering/models/*.json`. The development set is never given
to it: `eval/questions/qingdao-2018-practice.jsonl`, written for the purpose, is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq, minimize  # type: ignore[import-untyped]
from scipy.special import expit  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression

from benchmarks.public import with_paragraphs_removed
from rag.answering.asked import Asked, what_is_asked
from rag.answering.confidence import ConfidenceModel
from rag.answering.ranking import RankedSentence, SentenceDescriber
from rag.answering.scoring import LogisticModel, load_model, model_name
from rag.errors import QuestionSetError
from rag.factory import build_corpus_qa, build_embedder, build_reader, open_index
from rag.normalising import matching_form, matching_text
from rag.retrieval.followup import standalone_question
from rag.retrieval.mentions import CaseNames
from rag.retrieval.retriever import Retrieved, Retriever
from rag.settings import Settings
from rag.stores.passages import PassageIndex

MODELS_PATH = Path(__file__).resolve().parent.parent / "rag" / "answering" / "models"
ONE_PLACE = ("number", "fact", "list", "how", "followup", "paraphrase", "crosslingual", "typo")
REGULARISATION = 0.1
"""Of the ranking. Five-fold on the practice set 0.1, 0.3 and 1 do alike."""
FALSE_REFUSALS = 0.02
FALSE_REFUSALS_READ = {"zh": 0.003, "en": 0.02}
"""The confidence is shifted so that this share of the compilation's answerable questions falls below 0.5, the default threshold,
without a reader and with one. Of questions that nothing was fitted on more do (docs/evaluation.md)."""
PUBLIC_WEIGHTS = {"zh": 0.1, "en": 1.0}
"""Of a public set's question beside one of the compilation, whose English ones are few. At 0.1 more near misses are refused on compilations
than at 1, and as many of other texts; at 0 a fifth fewer of those whose paragraph is missing (docs/evaluation.md)."""
QUADRATIC_REGULARISATION = 0.03
"""Of the confidence: over all products of two features. Cross-validated on the halves of the practice set; of English questions not
fitted on, AUROC 0.88, and 0.79 without products."""


@dataclass(frozen=True, slots=True)
class _Example:
    question: str
    asked: Asked
    named: tuple[int, ...]
    retrieved: Retrieved
    candidates: list[int]
    rows: npt.NDArray[np.float32]
    labels: npt.NDArray[np.bool_]
    answerable: bool


def fit(
    settings: Settings,
    question_paths: Sequence[Path],
    *,
    tune_paths: Sequence[Path] = (),
    squad_paths: Sequence[Path] = (),
    languages: Sequence[str] = ("zh", "en"),
    only_confidence: bool = False,
) -> list[Path]:
    """Fit both models for each language, with the settings' reader or without one, write them and return their paths.

    tune_paths: sets of which only the questions with split `tune` are taken; the others are kept for reporting.
    squad_paths: public sets in SQuAD's format for the confidence in questions on other texts, each without a part of its
        paragraphs (`benchmarks.public`). The reader must not have been trained on them.
    languages: those whose models are fitted anew; the others' files stay.
    only_confidence: leave the ranking as it is, and fit the confidence to it.
    """
    embedder = build_embedder(settings)
    reader = build_reader(settings, embedder=embedder)
    index = open_index(settings, embedder)

    def asked_of(searched: PassageIndex, questions: Sequence[dict[str, Any]]) -> _Asked:
        retriever = Retriever(searched, embedder, reader=reader)
        found = _examples(searched, retriever, questions, k=settings.n_passages, reads=reader is not None)
        return _Asked(searched, list(found))

    questions = [question for path in question_paths for question in _read(path)]
    questions += [question for path in tune_paths for question in _read(path) if question.get("split") == "tune"]
    public_sets = []
    for path in squad_paths:
        documents, on_public = with_paragraphs_removed(path)
        public_sets.append((build_corpus_qa(documents, settings, embedder=embedder).index, on_public))
    written = []
    for language in languages:
        of_language = [question for question in questions if question.get("lang", "zh") == language]
        if not of_language and language != languages[0]:
            continue
        if language == "en":  # few of those written were meant to be unanswerable
            of_language += [
                _elsewhere(one) for one in of_language[::2] if one["type"] in ONE_PLACE and one.get("cases")
            ]
        public = [
            asked_of(searched, [question for question in on_public if question["lang"] == language])
            for searched, on_public in public_sets
        ]
        public = [one for one in public if one.examples]
        own = asked_of(index, of_language)
        origin = {
            "questions": _hashes(question_paths),
            "half_of": _hashes(tune_paths),
            "public": _hashes(squad_paths if public else ()),
            "language": language,
            "n_questions": len(own.examples),
            "embedding_model": embedder.name,
            "reader": reader.name if reader else "none",
            "regularisation": {"ranking": REGULARISATION, "confidence": QUADRATIC_REGULARISATION},
            "public_weight": PUBLIC_WEIGHTS[language],
            "false_refusals": FALSE_REFUSALS_READ[language] if reader else FALSE_REFUSALS,
        }
        fitting = _Fitting(index, origin, english=language == "en", reads=reader is not None)
        written += fitting.fit(own.examples, public=public, only_confidence=only_confidence)
    return written


def _hashes(paths: Sequence[Path]) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def _elsewhere(question: dict[str, Any]) -> dict[str, Any]:
    """Return a question to be asked of the compilation without its own cases, where it cannot be answered."""
    return {**question, "type": "unanswerable", "evidence": [], "without": question["cases"]}


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Questions with what was found for them, and the index that was searched."""

    index: PassageIndex
    examples: list[_Example]


@dataclass(frozen=True, slots=True)
class _Fitting:
    """The models of one language, with a reader or without."""

    index: PassageIndex
    origin: dict[str, Any]
    english: bool
    reads: bool

    def fit(self, examples: Sequence[_Example], *, public: Sequence[_Asked], only_confidence: bool) -> list[Path]:
        """Fit on examples, the confidence on those of public sets too, write the models and return their paths.

        The confidence is shifted for the compilation's own questions.
        """
        with_answer = [one for one in examples if one.labels.any()]
        _check_enough(examples, with_answer)
        features = SentenceDescriber(self.index, reads=self.reads).features()
        name = model_name("ranking", english=self.english, reads=self.reads)
        ranking = load_model(name, features) if only_confidence else _fit_ranking(with_answer)
        rows, labels = _confidence_examples(self.index, ranking, examples, reads=self.reads)
        others = [_confidence_examples(one.index, ranking, one.examples, reads=self.reads) for one in public]
        n_public = sum(len(more) for more, _ in others)
        confidence = _fit(
            np.concatenate([rows, *(more for more, _ in others)]),
            np.concatenate([labels, *(more for _, more in others)]),
            weights=np.repeat([1.0, self.origin["public_weight"]], [len(rows), n_public]),
            regularisation=self.origin["regularisation"]["confidence"],
        )
        written = [] if only_confidence else [_write(name, features, ranking, self.origin)]
        described = ConfidenceModel(self.index, reads=self.reads, model=confidence).features(english=self.english)
        name = model_name("confidence", english=self.english, reads=self.reads)
        return [
            *written,
            _write(
                name, described, _shifted(confidence, rows, labels, share=self.origin["false_refusals"]), self.origin
            ),
        ]


def _fit_ranking(with_answer: Sequence[_Example]) -> LogisticModel:
    """Fit a conditional logit (McFadden 1974): the sentences of one question compete for being the one that answers.

    A bias then makes as many sentences likely as there are right ones; it changes neither their order nor their odds
    among each other, by which they are chosen.
    """
    rows = np.concatenate([one.rows for one in with_answer])
    labels = np.concatenate([one.labels for one in with_answer])
    firsts = np.cumsum([0, *(len(one.rows) for one in with_answer[:-1])])
    question = np.repeat(np.arange(len(with_answer)), [len(one.rows) for one in with_answer])
    means, deviations = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    scaled = LogisticModel((), _rounded(means), _rounded(deviations), (), 0.0).expanded(rows)

    def loss(weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        scores = scaled @ weights
        odds = np.exp(scores - np.maximum.reduceat(scores, firsts)[question])
        of_all, of_right = np.add.reduceat(odds, firsts), np.add.reduceat(odds * labels, firsts)
        surplus = odds / of_all[question] - odds * labels / of_right[question]
        penalty = float(weights @ weights) / (2 * REGULARISATION)
        return float(np.log(of_all / of_right).sum()) + penalty, scaled.T @ surplus + weights / REGULARISATION

    weights = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 1000}).x
    scores = scaled @ weights
    bias = brentq(lambda added: float(expit(scores + added).sum()) - labels.sum(), -100, 100)
    return LogisticModel((), _rounded(means), _rounded(deviations), _rounded(weights), round(bias, 6))


def _check_enough(examples: Sequence[_Example], with_answer: Sequence[_Example]) -> None:
    """Raise QuestionSetError where a model would have only one sort of example to tell apart."""
    n_answerable = sum(one.answerable for one in examples)
    n_unanswerable = len(examples) - n_answerable
    if not with_answer or not n_answerable or not n_unanswerable:
        raise QuestionSetError(
            f"题目太少，无法拟合：有答案的 {n_answerable} 题（其中检索到依据的 {len(with_answer)} 题），"
            f"无答案的 {n_unanswerable} 题，每种至少要有 1 题。请用 --questions 给出更多题目。"
        )


def _examples(
    index: PassageIndex, retriever: Retriever, questions: Sequence[dict[str, Any]], *, k: int, reads: bool
) -> Iterator[_Example]:
    names = CaseNames(index.compilation)
    describer = SentenceDescriber(index, reads=reads)
    text = matching_text(index.compilation.text)
    for question in questions:
        if question["type"] not in (*ONE_PLACE, "unanswerable"):
            continue
        standalone = standalone_question(question["question"], question.get("history") or [], names)
        named = [mention.case_number for mention in names.mentions(matching_form(standalone))]
        asked = what_is_asked(question["question"], n_cases_named=len(named))
        without = question.get("without", [])
        only = [case.number for case in index.compilation.cases if case.number not in without] if without else None
        retrieved = retriever.retrieve(standalone, k=k, case_numbers=named, only_cases=only)
        candidates = describer.candidates(retrieved)
        rows = describer.describe(
            standalone, asked, retrieved, candidates=candidates, named=named, focus=question["question"]
        )
        spans = [span for quote in question["evidence"] for span in locate(text.form, text.offsets, quote)]
        sentences = [index.sentences[position] for position in candidates]
        labels = np.array([any(s.start < end and start < s.end for start, end in spans) for s in sentences], dtype=bool)
        yield _Example(
            standalone, asked, tuple(named), retrieved, candidates, rows, labels, question["type"] != "unanswerable"
        )


def locate(form: str, offsets: Sequence[int], quote: str) -> Iterator[tuple[int, int]]:
    """Yield the spans, in the text that `form` and `offsets` are of, at which a quote stands."""
    wanted = matching_form(quote)
    found = form.find(wanted)
    while wanted and found >= 0:
        yield offsets[found], offsets[found + len(wanted) - 1] + 1
        found = form.find(wanted, found + 1)


def _confidence_examples(
    index: PassageIndex, ranking: LogisticModel, examples: Sequence[_Example], *, reads: bool
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    describer = ConfidenceModel(index, reads=reads, model=ranking)
    rows, labels = [], []
    for one in examples:
        ranked = _ranked(one, ranking)
        if ranked:
            rows.append(
                describer.row(one.question, one.asked, ranked, named=one.named, readings=one.retrieved.readings)
            )
            labels.append(one.answerable)
    return np.array(rows, dtype=np.float32), np.array(labels)


def _ranked(one: _Example, ranking: LogisticModel) -> list[RankedSentence]:
    scores = ranking.probabilities(one.rows)
    ranked = [
        RankedSentence(position, float(score), tuple(map(float, row)))
        for position, score, row in zip(one.candidates, scores, one.rows, strict=True)
    ]
    return sorted(ranked, key=lambda sentence: -sentence.score)


def _fit(
    rows: npt.NDArray[np.float32],
    labels: npt.NDArray[np.bool_],
    *,
    weights: npt.NDArray[np.float64],
    regularisation: float,
) -> LogisticModel:
    means, deviations = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    empty = LogisticModel((), _rounded(means), _rounded(deviations), (), 0.0, quadratic=True)
    model = LogisticRegression(C=regularisation, max_iter=5000, class_weight="balanced")
    model.fit(empty.expanded(rows), labels, sample_weight=weights)
    return replace(empty, weights=_rounded(model.coef_[0]), bias=round(float(model.intercept_[0]), 6))


def _shifted(
    model: LogisticModel, rows: npt.NDArray[np.float32], labels: npt.NDArray[np.bool_], *, share: float
) -> LogisticModel:
    probabilities = np.quantile(model.probabilities(rows)[labels], share)
    return replace(model, bias=round(model.bias - float(np.log(probabilities / (1 - probabilities))), 6))


def _rounded(values: npt.NDArray[Any]) -> tuple[float, ...]:
    return tuple(round(float(value), 6) for value in values)


def _write(name: str, features: Sequence[str], model: LogisticModel, origin: dict[str, Any]) -> Path:
    path = MODELS_PATH / f"{name}.json"
    fitted = replace(model, features=tuple(features))
    described = {field: getattr(fitted, field) for field in LogisticModel.__dataclass_fields__}
    path.write_text(
        json.dumps({**described, "fitted_on": origin}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    return path
