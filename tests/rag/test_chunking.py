"""Chunks of the real compilation and of made-up ones: what they hold, where they end, what they may not exceed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest

from rag.chunking.chunker import chunk_compilation, embedded_text
from rag.chunking.sentences import sentences
from rag.errors import TextTooLong
from rag.parsing.parser import parse_compilation
from rag.settings import Settings
from rag.types import Chunk, Compilation

PREFIX = 5
LIMITS = [(700, 400), (512, 256), (250, 120)]
"""max_tokens and chunk_tokens; the last pair forces cuts inside sentences."""


def count_chars(texts: Sequence[str]) -> list[int]:
    """A stand-in tokenizer: one token a character that is not white space, and a prefix."""
    return [PREFIX + len("".join(text.split())) for text in texts]


def cut(compilation: Compilation, *, max_tokens: int = 700, chunk_tokens: int = 400) -> tuple[Chunk, ...]:
    return chunk_compilation(compilation, count_tokens=count_chars, max_tokens=max_tokens, chunk_tokens=chunk_tokens)


def sample(body: str, *, title: str = "老旧小区改造“三步走”") -> Compilation:
    text = f"目录\n{title}（市住建局）\t1\n\n{title}\n\n市住建局\n\n{body}\n"
    return parse_compilation(text, compilation_id="sample", source_sha256="0" * 64)


@pytest.fixture(scope="module", params=LIMITS, ids=str)
def chunks(compilation: Compilation, request: pytest.FixtureRequest) -> tuple[Chunk, ...]:
    max_tokens, chunk_tokens = request.param
    return cut(compilation, max_tokens=max_tokens, chunk_tokens=chunk_tokens)


def test_text_is_the_span_without_white_space_around_it(compilation: Compilation, chunks: tuple[Chunk, ...]) -> None:
    for chunk in chunks:
        assert compilation.text[chunk.start : chunk.end] == chunk.text == chunk.text.strip() != ""
        assert chunk.chunk_id == f"qingdao-2018:{chunk.start}-{chunk.end}"
    assert [chunk.start for chunk in chunks] == sorted(chunk.start for chunk in chunks)


def test_no_chunk_crosses_a_section(compilation: Compilation, chunks: tuple[Chunk, ...]) -> None:
    for chunk in chunks:
        sections = compilation.catalogue if chunk.case_number is None else compilation.case(chunk.case_number).sections
        (section,) = [section for section in sections if section.start <= chunk.start < section.end]
        assert chunk.end <= section.end
        assert (chunk.section_path, chunk.kind) == (section.path, section.kind)


def test_every_character_of_a_case_is_in_one_chunk_but_for_bare_headings(
    compilation: Compilation, chunks: tuple[Chunk, ...]
) -> None:
    n_chunks = [0] * len(compilation.text)
    for chunk in chunks:
        for offset in range(chunk.start, chunk.end):
            n_chunks[offset] += 1
    for case in compilation.cases:
        for section, following in zip(case.sections, [*case.sections[1:], None], strict=True):
            counts = {
                n_chunks[offset]
                for offset in range(section.start, section.end)
                if not compilation.text[offset].isspace()
            }
            text = compilation.text[section.start : section.end].replace("**", "").strip().rstrip("。：")
            is_bare = text == section.heading and following is not None and len(following.path) > len(section.path)
            assert counts == ({0} if is_bare else {1}), section


def test_chunks_end_where_sentences_end(compilation: Compilation) -> None:
    ends = {span.end for span in sentences(compilation.text)}
    assert all(chunk.end in ends for chunk in cut(compilation))


def test_a_chunk_that_ends_inside_a_sentence_begins_in_it(compilation: Compilation) -> None:
    small = cut(compilation, max_tokens=250, chunk_tokens=120)
    spans = sentences(compilation.text)
    inside = [chunk for chunk in small if all(span.end != chunk.end for span in spans)]
    assert inside
    for chunk in inside:
        (sentence,) = [span for span in spans if span.start < chunk.end < span.end]
        assert sentence.start <= chunk.start
        assert len("".join(compilation.text[sentence.start : sentence.end].split())) > 120
        assert chunk.text[-1] in "，、：；,"


@pytest.mark.parametrize(("max_tokens", "chunk_tokens"), LIMITS)
def test_no_chunk_exceeds_the_limits(compilation: Compilation, max_tokens: int, chunk_tokens: int) -> None:
    chunks = cut(compilation, max_tokens=max_tokens, chunk_tokens=chunk_tokens)
    counted = count_chars([embedded_text(compilation, chunk) for chunk in chunks])
    assert [chunk.n_tokens for chunk in chunks] == counted
    assert max(counted) <= max_tokens
    assert max(len("".join(chunk.text.replace("**", "").split())) for chunk in chunks) <= chunk_tokens


def test_tokens_are_counted_in_few_calls(compilation: Compilation) -> None:
    sizes: list[int] = []

    def count(texts: Sequence[str]) -> list[int]:
        sizes.append(len(texts))
        return count_chars(texts)

    chunk_compilation(compilation, count_tokens=count, max_tokens=700, chunk_tokens=400)
    assert len(sizes) <= 3


def test_catalogue_gives_a_chunk_for_the_cover_and_each_line(compilation: Compilation) -> None:
    catalogue = [chunk for chunk in cut(compilation) if chunk.case_number is None]
    assert [chunk.section_path for chunk in catalogue] == [("封面",), *[("目录",)] * 30]
    assert {chunk.kind for chunk in catalogue} == {"catalogue"}
    assert catalogue[28].text == "清产核资明家底 产权改革激活力（市农委）\t132"


def test_embedded_text_names_case_department_and_headings(compilation: Compilation) -> None:
    (chunk,) = [c for c in cut(compilation) if c.section_path[-1:] == ("——创新建立“一业一策”等统计监测制度",)]
    lines = embedded_text(compilation, chunk).split("\n")
    assert lines[:4] == [
        "打好统计监测组合拳 服务高质量发展",
        "市统计局",
        "二、基本情况",
        "（二）拓展应用到“N 个领域”，创建系列监测制度",
    ]
    assert lines[4].startswith("——创新建立“一业一策”等统计监测制度。聚焦全市“双百千”行动")
    assert chunk.text.startswith("——**创新建立“一业一策”等统计监测制度。**聚焦")


def test_embedded_text_of_a_later_chunk_repeats_the_heading(compilation: Compilation) -> None:
    first, second, *_ = [c for c in cut(compilation, chunk_tokens=200) if c.section_path == ("三、主要做法",)]
    assert embedded_text(compilation, first).split("\n")[2] == "三、主要做法"
    assert embedded_text(compilation, second).split("\n")[2] == "三、主要做法"
    assert embedded_text(compilation, first).count("三、主要做法") == 1


def test_embedded_text_holds_both_titles_where_they_differ(compilation: Compilation) -> None:
    of_case_12 = [chunk for chunk in cut(compilation) if chunk.case_number == 12]
    for chunk in of_case_12:
        text = embedded_text(compilation, chunk)
        assert "国家智能化工业园区试点示范——打造智能制造“青岛模式”" in text
        assert len(re.findall(r"^国家智能化工业园区试点示范$", text, re.MULTILINE)) == 1


def test_bold_marks_are_quoted_and_not_embedded(compilation: Compilation) -> None:
    bold = [chunk for chunk in cut(compilation) if "**" in chunk.text]
    assert len(bold) > 10
    assert not [chunk for chunk in bold if "**" in embedded_text(compilation, chunk)]
    (asterisk,) = [chunk for chunk in cut(compilation) if "“*”号" in chunk.text]
    assert "“*”号" in embedded_text(compilation, asterisk)


def test_screenshot_and_table_are_chunks_of_their_own_kind(compilation: Compilation) -> None:
    kinds = [(chunk.kind, chunk.text[:4]) for chunk in cut(compilation) if chunk.kind in ("table", "residue")]
    assert kinds == [("table", "风险预警"), ("residue", "安全管理")]


def test_chunks_of_a_section_are_even() -> None:
    body = "一、做法\n\n" + "".join(f"第{number}句话说明情况。" for number in range(100, 140))
    lengths = [len(chunk.text) for chunk in cut(sample(body), chunk_tokens=300) if chunk.section_path == ("一、做法",)]
    assert len(lengths) == 2
    assert max(lengths) - min(lengths) <= 24


def test_a_list_is_cut_before_an_item() -> None:
    body = "一、做法\n\n" + "".join(f"{n}是抓好工作。{'落实责任，' * 12}见效。" for n in "一二三四")
    texts = [chunk.text for chunk in cut(sample(body), chunk_tokens=160) if chunk.section_path == ("一、做法",)]
    assert [text[:2] for text in texts] == ["一、", "三是"]


def test_long_sentence_is_cut_at_pauses_then_anywhere() -> None:
    pauses = cut(sample("一、做法\n\n" + "推进各项工作，" * 60 + "完成。"), chunk_tokens=100)
    assert all(chunk.text.endswith(("，", "。", "做法", "局", "1")) for chunk in pauses)
    blind = cut(sample("一、做法\n\n" + "很" * 500 + "。"), chunk_tokens=100)
    assert sum(chunk.text.count("很") for chunk in blind) == 500
    assert max(len(chunk.text) for chunk in blind) <= 100


def test_rare_characters_are_never_halved() -> None:
    chunks = cut(sample("一、做法\n\n" + "𠮷𡈽" * 200 + "。"), chunk_tokens=64)
    assert sum(chunk.text.count("𠮷") for chunk in chunks) == sum(chunk.text.count("𡈽") for chunk in chunks) == 200


def test_bare_heading_at_the_end_is_kept() -> None:
    chunks = cut(sample("一、做法\n\n（一）统一标准。\n\n（二）统一平台。"))
    texts = [chunk.text for chunk in chunks if chunk.case_number == 1]
    assert texts == ["老旧小区改造“三步走”\n\n市住建局", "（一）统一标准。", "（二）统一平台。"]


def test_nothing_to_cut_gives_no_chunk() -> None:
    empty = Compilation("empty", "", "", "", "", (), "0" * 64)
    assert cut(empty) == ()


def test_counts_that_do_not_add_up_are_mended_by_finer_cuts(compilation: Compilation) -> None:
    """A tokenizer may need more tokens for a chunk than for its sentences together."""

    def count(texts: Sequence[str]) -> list[int]:
        return [n_tokens + n_tokens // 20 for n_tokens in count_chars(texts)]

    chunks = chunk_compilation(compilation, count_tokens=count, max_tokens=260, chunk_tokens=250)
    assert max(chunk.n_tokens for chunk in chunks) <= 260


def test_headings_that_leave_no_room_are_an_error() -> None:
    with pytest.raises(TextTooLong) as caught:
        cut(sample("一、做法\n\n抓落实。"), max_tokens=20)
    assert str(caught.value) == (
        "案例 1 开头的标题、部门和小标题已占 20 个词元，嵌入模型的上限是 20，留给正文的不足 8 个。"
        "请换用能读更长文字的嵌入模型，或缩短标题。"
    )


def test_text_that_cannot_be_made_to_fit_is_an_error() -> None:
    def count(texts: Sequence[str]) -> list[int]:
        return [100 if "\n" in text and "做法" in text and "局" in text else 1 for text in texts]

    compilation = sample("一、做法\n\n抓落实。")

    with pytest.raises(TextTooLong) as caught:
        chunk_compilation(compilation, count_tokens=only_with_text(count), max_tokens=50, chunk_tokens=40)
    assert str(caught.value) == (
        "案例 1 “一、做法”一节有一段文字连同标题和部门有 100 个词元，超过嵌入模型的上限 50，再切也放不下。"
        "请换用能读更长文字的嵌入模型，或缩短标题。"
    )


def only_with_text(count: Callable[[Sequence[str]], list[int]]) -> Callable[[Sequence[str]], list[int]]:
    """Count headers alone as short, so that the error comes from the whole text."""
    return lambda texts: [n if "抓落实" in text else min(n, 1) for n, text in zip(count(texts), texts, strict=True)]


@pytest.mark.slow
def test_chunks_fit_the_default_model_by_its_own_tokenizer(compilation: Compilation, settings: Settings) -> None:
    from embeddings.factory import get_embedder

    embedder = get_embedder(settings)
    chunks = chunk_compilation(
        compilation,
        count_tokens=embedder.count_tokens,
        max_tokens=embedder.max_tokens,
        chunk_tokens=settings.chunk_tokens,
    )
    counts = embedder.count_tokens([embedded_text(compilation, chunk) for chunk in chunks])
    assert [chunk.n_tokens for chunk in chunks] == counts
    assert max(counts) <= embedder.max_tokens
    ends = {span.end for span in sentences(compilation.text)}
    assert all(chunk.end in ends for chunk in chunks)
    own = embedder.count_tokens([chunk.text.replace("**", "") for chunk in chunks])
    overhead = embedder.count_tokens([""])[0]
    assert max(own) - overhead <= settings.chunk_tokens
