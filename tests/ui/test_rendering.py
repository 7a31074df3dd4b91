"""The conversation as HTML: chips where there are citations, text everywhere else, nothing unescaped."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from rag.types import Compilation
from tests.ui.conftest import ScriptedQA
from ui.conversations import Conversation, Turn
from ui.rendering import nearest_sections, place, render_conversation, render_header, render_marked
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


def conversation_of(*turns: Turn) -> Conversation:
    return Conversation(turns=list(turns))


def test_an_empty_conversation_shows_the_examples_escaped() -> None:
    tags = Tags(render_conversation(Conversation(), READY, ["甲？", HOSTILE]))
    assert [value for name, value in tags.attributes if name == "data-ask"] == ["甲？", HOSTILE]
    assert "img" not in tags.tags
    assert "script" not in tags.tags


def test_a_mark_with_a_citation_is_a_chip_and_another_is_text(scripted: ScriptedQA) -> None:
    turn = Turn(question="问", text=f"{FACT}。[1]见[2]。", citations={1: scripted.citation(1, FACT)})
    tags = Tags(render_marked(turn))
    assert tags.tags == ["p", "button"]
    assert ("data-turn", turn.turn_id) in tags.attributes
    assert ("data-ref", "1") in tags.attributes
    label = next(value or "" for name, value in tags.attributes if name == "aria-label")
    assert label.startswith("出处 1：案例 4 · 即墨区政府 · ")
    assert tags.text == f"{FACT}。1见[2]。"


def test_bold_markers_are_hidden_and_a_single_asterisk_is_text() -> None:
    assert render_marked(Turn(question="问", text="**要点**标“*”号")) == "<p>要点标“*”号</p>"


def test_lines_become_paragraphs_and_lists() -> None:
    turn = Turn(question="问", text="四到：\n- 人到\n- 心到\n\n以上。")
    assert render_marked(turn) == "<p>四到：</p><ul><li>人到</li><li>心到</li></ul><p>以上。</p>"
    assert render_marked(Turn(question="问", text="- 只有一项")) == "<ul><li>只有一项</li></ul>"
    assert render_marked(Turn(question="问")) == ""


@pytest.mark.parametrize("state", ["waiting", "answering", "done", "failed", "stopped"])
def test_hostile_text_is_inert_wherever_it_stands(scripted: ScriptedQA, state: str) -> None:
    cited = replace(scripted.citation(1, FACT), title=HOSTILE, department=HOSTILE, section_path=(HOSTILE,))
    turn = Turn(question=HOSTILE, text=f"{HOSTILE}[1]", citations={1: cited}, notice=HOSTILE)
    turn.state = state  # type: ignore[assignment]
    turn.answer = scripted.answer(HOSTILE, turn.text, cited, standalone=HOSTILE + "？")
    tags = Tags(render_conversation(conversation_of(turn), READY, []))
    assert not {"img", "script", "a", "iframe", "style"} & set(tags.tags)
    assert not [name for name, _ in tags.attributes if name.startswith("on") or name in ("src", "href", "style")]
    assert HOSTILE in tags.text


def test_hostile_text_in_a_refusal_is_inert(scripted: ScriptedQA) -> None:
    near = replace(scripted.citation(1, FACT), department=HOSTILE)
    turn = Turn(question="问", state="done", nearest=(near,), answer=scripted.refusal("问", HOSTILE))
    tags = Tags(render_conversation(conversation_of(turn), READY, []))
    assert not {"img", "script"} & set(tags.tags)
    assert tags.text.count(HOSTILE) == 2


def test_the_standalone_question_is_shown_only_when_it_differs(scripted: ScriptedQA) -> None:
    turn = Turn(question="那里呢？", text="有。", state="done")
    turn.answer = scripted.answer("那里呢？", "有。", standalone="即墨区呢？")
    assert "理解为：即墨区呢？" in render_conversation(conversation_of(turn), READY, [])
    turn.answer = scripted.answer("那里呢？", "有。")
    assert "理解为" not in render_conversation(conversation_of(turn), READY, [])


def test_a_question_asked_during_the_warm_up_shows_how_far_it_is() -> None:
    status = WarmupStatus(state="running", stage="准备模型", done=3, total=30)
    html = render_conversation(conversation_of(Turn(question="问")), status, [])
    assert "正在准备模型… 3/30" in html
    assert "is-pending" in html


def test_a_refusal_offers_its_nearest_sections_and_no_chips(scripted: ScriptedQA, compilation: Compilation) -> None:
    passages = [scripted.passage(rank, quote) for rank, quote in enumerate((FACT, "整治规模 9 万余亩"), 1)]
    turn = Turn(question="天气？", state="done", answer=scripted.refusal("天气？", "汇编没有写到。", *passages))
    turn.nearest = nearest_sections(passages, scripted.compilations)
    tags = Tags(render_conversation(conversation_of(turn), READY, []))
    assert "这个问题超出了汇编的范围" in tags.text
    assert "汇编没有写到。" in tags.text
    assert [value for name, value in tags.attributes if name == "data-ref"] == [
        f"n{position}" for position in range(1, len(turn.nearest) + 1)
    ]


def test_nearest_sections_are_the_first_three_distinct_ones(scripted: ScriptedQA, compilation: Compilation) -> None:
    cases = [compilation.case(number) for number in (1, 1, 2, 3, 5)]
    quotes = [compilation.text[case.sections[2].start :][:12] for case in cases]
    passages = [scripted.passage(rank, quote) for rank, quote in enumerate(quotes, 1)]
    nearest = nearest_sections(passages, scripted.compilations)
    assert [citation.case_number for citation in nearest] == [1, 2, 3]
    assert [citation.key for citation in nearest] == [1, 2, 3]
    assert all(compilation.text[citation.start : citation.end] == citation.quote for citation in nearest)


def test_no_passages_give_no_nearest_sections(scripted: ScriptedQA) -> None:
    assert nearest_sections([], scripted.compilations) == ()


def test_sources_beyond_the_first_four_are_folded_away(scripted: ScriptedQA) -> None:
    citation = scripted.citation(1, FACT)
    turn = Turn(question="问", text="答。", state="done")
    turn.citations = {key: replace(citation, key=key) for key in range(1, 7)}
    turn.answer = scripted.answer("问", "答。", *turn.citations.values())
    assert "其余 2 条出处" in render_conversation(conversation_of(turn), READY, [])


def test_place_of_the_catalogue_names_no_case(scripted: ScriptedQA) -> None:
    citation = replace(scripted.citation(1, FACT), case_number=None, section_path=())
    assert place(citation) == "汇编封面与目录"


def test_header_says_what_is_asked_once_it_is_ready(compilation: Compilation) -> None:
    html = render_header(READY, {compilation.compilation_id: compilation})
    assert "30 个案例" in html
    assert "青岛市人民政府办公厅" in html


def test_header_says_how_far_the_warm_up_is_and_why_it_failed() -> None:
    running = render_header(WarmupStatus(state="running", stage="准备模型", done=3, total=30), {})
    assert "正在准备模型… 3/30" in running
    assert "现在就可以提问" in running
    failed = render_header(WarmupStatus(state="failed", error="模型 <坏> 了。"), {})
    assert "模型 &lt;坏&gt; 了。" in failed
