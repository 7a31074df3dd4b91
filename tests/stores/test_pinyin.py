"""Names in pinyin."""

from __future__ import annotations

import pytest

from rag.stores.lexical import lexical_tokens
from rag.stores.pinyin import PinyinNames

TEXT = "青岛市古镇口军民融合创新区，许宪春高度评价，西安的李沧区"


@pytest.fixture
def names() -> PinyinNames:
    return PinyinNames(lexical_tokens(TEXT))


@pytest.mark.parametrize(
    ("letters", "name"),
    [("Guzhenkou", "古镇口"), ("qingdao", "青岛"), ("XuXianchun", "许宪春"), ("Licang", "李沧"), ("Xian", "西安")],
)
def test_a_name_is_found_in_the_text(names: PinyinNames, letters: str, name: str) -> None:
    assert name in names.find(letters)


@pytest.mark.parametrize("letters", ["", "li", "Shanghai", "strength", "Zhengzhengzhengzhengzhengzhengzheng"])
def test_what_the_text_has_not_or_is_no_name_is_not_found(names: PinyinNames, letters: str) -> None:
    assert names.find(letters) == []
