"""The conversation as HTML: chips where there are citations, text everywhere else, nothing unescaped."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from rag.answering.generative import UNCHECKED
from rag.types import Answer, Compilation, Writing
from tests.ui.conftest import EN, ZH, ScriptedQA
from ui.conversations import Turn
from ui.places import place, sections_found
from ui.rendering import render_header, render_marked, render_turns, render_welcome
from ui.warmup import WarmupStatus

READY = WarmupStatus(state="ready")
HOSTILE = (
    '<img src=x onerror="alert(1)"> <script>alert(2)</script> ![x](https://evil.example/x.png) \' " & ${1} {{value}}'
)
FACT = "新增耕地面积约 9600 亩"


class Tags(HTMLParser):
    """Collects the tags and attributes that a browser would see, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_an_empty_conversation_shows_the_examples_escaped() -> None:
    tags = Tags(render_welcome(["甲？", HOSTILE], ZH))
    assert [value for name, value in tags.attributes if name == "data-ask"] == ["甲？", HOSTILE]
    assert "img" not in tags.tags
    assert "script" not in tags.tags


def test_a_mark_with_a_citation_is_a_chip_and_another_is_text(scripted: ScriptedQA) -> None:
    turn = Turn(question="问", text=f"{FACT}。[1]见[2]。", citations={1: scripted.citation(1, FACT)})
    tags = Tags(render_marked(turn, ZH))
    assert tags.tags == ["p", "button"]
    assert ("data-turn", turn.turn_id) in tags.attributes
    assert ("data-ref", "1") in tags.attributes
    label = next(value or "" for name, value in tags.attributes if name == "aria-label")
    assert label.startswith("出处 1：案例 4 · 即墨区政府 · ")
    assert tags.text == f"{FACT}。1见[2]。"


def test_a_sentence_checked_in_part_is_set_apart() -> None:
    """The mark is the answerer's own: were it worded otherwise, this would fail."""
    turn = Turn(question="q", text=f"There were 11 heads of state.{UNCHECKED}[1] 600 came.{UNCHECKED}")
    tags = Tags(render_marked(turn, EN))
    assert tags.tags == ["p", "em", "em"]
    assert ("class", "cc-unchecked") in tags.attributes
    assert "There were 11 heads of state. " in tags.text
    assert "(" not in tags.text


@pytest.mark.parametrize(
    "text", ["（已核对，未复查）", "checked, not in brackets", "(checked, not at the end) 甲。", "()"]
)
def test_another_bracket_is_text(text: str) -> None:
    assert Tags(render_marked(Turn(question="q", text=text), ZH)).tags == ["p"]


def done(answer: Answer) -> str:
    turn = Turn(question="问", text=answer.text, state="done", answer=answer)
    return render_turns([turn], READY, {}, conversation_id="c", texts=ZH)


def test_an_answer_says_who_wrote_it_and_what_went_wrong(scripted: ScriptedQA) -> None:
    quoted = scripted.answer("问", "答。")
    assert ZH("writer.extractive") in done(quoted)
    assert "cc-caution" not in done(quoted)
    written = replace(quoted, model="openai:<m>", writing=Writing(n_proposed=1, n_released=1))
    assert "由 openai:&lt;m&gt; 撰写，每一句都与原文核对过。" in done(written)
    failed = replace(written, writing=Writing(fault="cut"), notice="中途断开：/home/someone/x.gguf <b>")
    assert ZH("writer.extractive") in done(failed)
    assert "中途断开：…/x.gguf &lt;b&gt;" in done(failed)
    partly = replace(written, text=f"Eleven.{UNCHECKED}")
    assert ZH("writer.partly", model="openai:m")[-10:] in done(partly)


def test_bold_markers_are_hidden_and_a_single_asterisk_is_text() -> None:
    assert render_marked(Turn(question="问", text="**要点**标“*”号"), ZH) == "<p>要点标“*”号</p>"


def test_lines_become_paragraphs_and_lists() -> None:
    turn = Turn(question="问", text="四到：\n- 人到\n- 心到\n\n以上。")
    assert render_marked(turn, ZH) == "<p>四到：</p><ul><li>人到</li><li>心到</li></ul><p>以上。</p>"
    assert render_marked(Turn(question="问", text="- 只有一项"), ZH) == "<ul><li>只有一项</li></ul>"
    assert render_marked(Turn(question="问"), ZH) == ""


@pytest.mark.parametrize("state", ["waiting", "answering", "done", "failed", "stopped"])
def test_hostile_text_is_inert_wherever_it_stands(scripted: ScriptedQA, state: str) -> None:
    cited = replace(scripted.citation(1, FACT), title=HOSTILE, department=HOSTILE, section_path=(HOSTILE,))
    turn = Turn(question=HOSTILE, text=f"{HOSTILE}[1]", citations={1: cited}, notice=HOSTILE)
    turn.state = state  # type: ignore[assignment]
    turn.answer = scripted.answer(HOSTILE, turn.text, cited, standalone=HOSTILE + "？")
    tags = Tags(render_turns([turn], READY, {}, conversation_id="c", texts=ZH))
    assert not {"img", "script", "a", "iframe", "style"} & set(tags.tags)
    assert not [name for name, _ in tags.attributes if name.startswith("on") or name in ("src", "href", "style")]
    assert HOSTILE in tags.text


def test_hostile_text_in_a_refusal_is_inert(scripted: ScriptedQA) -> None:
    near = replace(scripted.citation(1, FACT), department=HOSTILE)
    turn = Turn(question="问", state="done", nearest=(near,), answer=scripted.refusal("问", HOSTILE))
    tags = Tags(render_turns([turn], READY, {}, conversation_id="c", texts=ZH))
    assert not {"img", "script"} & set(tags.tags)
    assert tags.text.count(HOSTILE) == 2


def test_the_standalone_question_is_shown_only_when_it_differs(scripted: ScriptedQA) -> None:
    turn = Turn(question="那里呢？", text="有。", state="done")
    turn.answer = scripted.answer("那里呢？", "有。", standalone="即墨区呢？")
    assert "理解为：即墨区呢？" in render_turns([turn], READY, {}, conversation_id="c", texts=ZH)
    turn.answer = scripted.answer("那里呢？", "有。")
    assert "理解为" not in render_turns([turn], READY, {}, conversation_id="c", texts=ZH)


def test_a_question_asked_during_the_warm_up_shows_how_far_it_is() -> None:
    status = WarmupStatus(state="running", stage="准备模型", done=3, total=30)
    html = render_turns([Turn(question="问")], status, {}, conversation_id="c", texts=ZH)
    assert "正在准备模型… 3/30" in html
    assert "is-pending" in html


def test_a_refusal_offers_its_nearest_sections_and_no_chips(scripted: ScriptedQA, compilation: Compilation) -> None:
    passages = [scripted.passage(rank, quote) for rank, quote in enumerate((FACT, "整治规模 9 万余亩"), 1)]
    turn = Turn(question="天气？", state="done", answer=scripted.refusal("天气？", "汇编没有写到。", *passages))
    turn.nearest = sections_found(passages, scripted.compilations, n=3)
    tags = Tags(render_turns([turn], READY, {}, conversation_id="c", texts=ZH))
    assert "这个问题超出了汇编的范围" in tags.text
    assert "汇编没有写到。" in tags.text
    assert [value for name, value in tags.attributes if name == "data-ref"] == [
        f"n{position}" for position in range(1, len(turn.nearest) + 1)
    ]


def test_nearest_sections_are_the_first_three_distinct_ones(scripted: ScriptedQA, compilation: Compilation) -> None:
    cases = [compilation.case(number) for number in (1, 1, 2, 3, 5)]
    quotes = [compilation.text[case.sections[2].start :][:12] for case in cases]
    passages = [scripted.passage(rank, quote) for rank, quote in enumerate(quotes, 1)]
    nearest = sections_found(passages, scripted.compilations, n=3)
    assert [citation.case_number for citation in nearest] == [1, 2, 3]
    assert [citation.key for citation in nearest] == [1, 2, 3]
    assert all(compilation.text[citation.start : citation.end] == citation.quote for citation in nearest)


def test_no_passages_give_no_nearest_sections(scripted: ScriptedQA) -> None:
    assert sections_found([], scripted.compilations, n=3) == ()


def test_sources_beyond_the_first_four_are_folded_away(scripted: ScriptedQA) -> None:
    citation = scripted.citation(1, FACT)
    turn = Turn(question="问", text="答。", state="done")
    turn.citations = {key: replace(citation, key=key) for key in range(1, 7)}
    turn.answer = scripted.answer("问", "答。", *turn.citations.values())
    assert "其余 2 条引用" in render_turns([turn], READY, {}, conversation_id="c", texts=ZH)


def test_place_of_the_catalogue_names_no_case(scripted: ScriptedQA) -> None:
    citation = replace(scripted.citation(1, FACT), case_number=None, section_path=())
    assert place(citation, ZH) == "封面与目录"


def test_header_says_what_is_asked_once_it_is_ready(compilation: Compilation) -> None:
    html = render_header(READY, {compilation.compilation_id: compilation}, ZH)
    assert "30 个案例" in html
    assert "青岛市人民政府办公厅" in html


def test_header_says_how_far_the_warm_up_is_and_why_it_failed() -> None:
    running = render_header(WarmupStatus(state="running", stage="准备模型", done=3, total=30), {}, ZH)
    assert "正在准备模型… 3/30" in running
    assert "现在就可以提问" in running
    failed = render_header(WarmupStatus(state="failed", error="模型 <坏> 了。"), {}, ZH)
    assert "模型 &lt;坏&gt; 了。" in failed
