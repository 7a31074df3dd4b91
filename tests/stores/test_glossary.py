"""English questions, read for a few Chinese texts."""

from __future__ import annotations

import numpy as np
import pytest

from rag.errors import IndexError_
from rag.stores.dictionary import entries_within
from rag.stores.glossary import Glossary, Term, surest
from rag.stores.lexical import lexical_tokens

TEXTS = [
    "苹果期货价格保险的补贴为50万元",
    "未来的海洋教育",
    "2018年5月古镇口军民融合创新区的企业",
    "保险公司与银行合作，投资132亿元",
    "COSMOPlat平台",
]


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    return Glossary([frozenset(lexical_tokens(text)) for text in TEXTS])


def words(glossary: Glossary, question: str) -> dict[str, list[str]]:
    return {term.phrase: [one.word for one in term.renderings] for term in glossary.terms(question)}


def test_words_are_looked_up_and_the_asking_words_left_out(glossary: Glossary) -> None:
    found = words(glossary, "How much is the subsidy for apple insurance?")
    assert list(found) == ["subsidy", "apple", "insurance"]
    assert found["subsidy"] == ["补贴"]
    assert found["apple"] == ["苹果"]
    assert found["insurance"][0] == "保险"


def test_the_word_itself_comes_before_other_forms_of_it(glossary: Glossary) -> None:
    (educational,) = glossary.terms("educational")
    (education,) = glossary.terms("education")
    assert education.renderings[0].word == educational.renderings[0].word == "教育"
    assert education.renderings[0].quality == 1.0 > educational.renderings[0].quality


def test_a_term_may_have_several_renderings(glossary: Glossary) -> None:
    (term,) = glossary.terms("futures")
    assert {one.word for one in term.renderings} >= {"期货", "未来"}
    assert {one.word: one.quality for one in surest(term).renderings}["期货"] == 0.75
    assert surest(Term("none")).renderings == ()


def test_the_longest_phrase_is_one_term(glossary: Glossary) -> None:
    assert words(glossary, "Which military-civilian zone was it?")["military civilian"] == ["军民"]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What was built in Guzhenkou?", 2),
        ("What happened in May 2018?", 2),
        ("Who paid 13.2 billion yuan?", 3),
        ("What is the COSMOPlat?", 4),
        ("Who knows about 海洋教育?", 1),
    ],
)
def test_names_figures_dates_and_words_as_they_stand_are_found(glossary: Glossary, question: str, text: int) -> None:
    assert int(np.argmax(glossary.scores(question))) == text


def test_a_rare_term_weighs_more_and_one_nobody_has_most(glossary: Glossary) -> None:
    weights = {term.phrase: weight for term, weight in glossary.weights("insurance apple zebra").items()}
    assert weights["insurance"] < weights["apple"] < weights["zebra"]


def test_a_term_is_held_as_surely_as_its_best_rendering_there(glossary: Glossary) -> None:
    (term,) = glossary.terms("insurance")
    assert term.held_by(lexical_tokens("保险")) == 1.0
    assert term.held_by(lexical_tokens("海洋")) == 0.0
    assert Term("zebra").held_by({"保险"}) == 0.0


def test_a_question_word_for_word_in_chinese(glossary: Glossary) -> None:
    assert glossary.chinese("How much is the apple insurance subsidy?").split() == ["苹果", "保险", "补贴"]
    assert glossary.chinese("zebra?") == ""


@pytest.mark.parametrize("question", ["", "?", "how many", "𠮷"])
def test_a_question_that_says_nothing_has_no_terms(glossary: Glossary, question: str) -> None:
    assert glossary.terms(question) == ()
    assert not glossary.scores(question).any()


def test_without_texts_nothing_is_found() -> None:
    empty = Glossary([])
    assert empty.scores("apple insurance").shape == (0,)
    assert empty.chinese("apple insurance") == ""


def test_an_unreadable_dictionary_is_named(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "cedict.txt.xz"
    path.write_bytes(b"no xz")
    with pytest.raises(IndexError_) as caught:
        list(entries_within({"苹果"}, path))
    assert str(caught.value) == "英汉词典 cedict.txt.xz 读不出来（LZMAError）。请重新取得完整的代码。"


def test_entries_are_those_of_the_text() -> None:
    assert {"苹果"} == {entry.word for entry in entries_within({"苹果"})}
    assert list(entries_within(set())) == []
