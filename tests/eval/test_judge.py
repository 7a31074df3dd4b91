"""The judge: what it is asked, what its replies mean."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from eval.judge import JUDGE_FILE, build_judge, describe_judge, judge_answers, parse_verdict
from eval.summary import ScoredQuestion
from rag.errors import QuestionSetError


@pytest.mark.parametrize(
    ("reply", "score"),
    [
        ('{"score": 2, "reason": "都有"}', 2),
        ('```json\n{"score": 0, "reason": "矛盾"}\n```', 0),
        ('{"score": 3, "reason": ""}', None),
        ('{"score": "2"}', None),
        ("两分", None),
        ("{2}", None),
        ("", None),
    ],
)
def test_only_a_score_on_the_scale_counts(reply: str, score: int | None) -> None:
    assert parse_verdict("a", reply).score == score


def test_answers_are_judged_and_refusals_are_not_shown(kept_scored: dict[str, ScoredQuestion], tmp_path: Path) -> None:
    asked: list[str] = []

    def replies() -> Iterator[AIMessage]:
        yield AIMessage('{"score": 2, "reason": "对"}')
        yield AIMessage("不知道")
        yield AIMessage('{"score": 1, "reason": "缺"}')

    class Judge(GenericFakeChatModel):
        def _generate(self, messages, *arguments, **options):  # type: ignore[no-untyped-def]
            asked.append(messages[0].content)
            return super()._generate(messages, *arguments, **options)

    scored = [replace(item, scores=dict(item.scores)) for item in kept_scored.values()]
    judge_answers(scored, Judge(messages=replies()), out_path=tmp_path)
    found = {item.question.question_id: item.scores.get("judge") for item in scored}
    # k3 is refused and k7 failed: 0 without asking; k4 and k5 have no gold answer.
    assert found == {"k1": 1.0, "k2": None, "k3": 0.0, "k4": None, "k5": None, "k6": 0.5, "k7": 0.0}
    assert len(asked) == 3 and "161家。" in asked[0] and "新区企业多少家？" in asked[0]
    lines = [json.loads(line) for line in (tmp_path / JUDGE_FILE).read_text(encoding="utf-8").splitlines()]
    assert lines[1] == {"id": "k2", "score": None, "reason": "评审模型没有给出分数：不知道"}


def test_a_judge_that_fails_leaves_no_score(kept_scored: dict[str, ScoredQuestion], tmp_path: Path) -> None:
    item = replace(kept_scored["k1"], scores={})
    judge_answers([item], GenericFakeChatModel(messages=iter([])), out_path=tmp_path)
    assert item.scores == {"judge": None}


def test_the_judge_is_named_with_its_prompts() -> None:
    described = describe_judge("openai:some-model")
    assert described["model"] == "openai:some-model"
    assert {lang: len(sha) for lang, sha in described["prompt_sha256"].items()} == {"zh": 64, "en": 64}


def test_a_judge_that_cannot_be_made_is_named() -> None:
    with pytest.raises(QuestionSetError, match=r"^--judge nowhere:model 用不了：.*请写成 提供方:模型"):
        build_judge("nowhere:model")
