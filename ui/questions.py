"""What the person typed, made fit to ask; and questions to begin with."""

from __future__ import annotations

import re

import rag.normalising
from rag.errors import QuestionError
from rag.settings import Settings

# Beside what rag.normalising takes out: control characters of Latin-1, isolates that change the reading
# direction, and halves of surrogate pairs, which a browser can send and no page can be encoded with.
_UNPRINTABLE = re.compile("[\x80-\x9f\u2066-\u2069\ud800-\udfff]")

_QINGDAO_2018 = (
    "西海岸新区军民融合企业有多少家？",
    "“金企通”融资服务系统平台是哪几家单位共同开发的？",
    "青岛车驾管业务凭身份证“一证通办”，申请材料的“四免”服务是哪四免？",
    "即墨区对土地整治工程和新增耕地是怎样监管和管护的？",
    "哪些案例写到新华社作过报道？",
    "平度市行政审批局、李沧区和市公安局的审批（许可）事项分别是多少项？",
    "市环保局那篇案例分哪几个部分？",
    "How many foreign heads of state or government attended the SCO Qingdao summit, and how many foreign guests came in all?",
)
_ANY_COMPILATION = ("这本汇编一共收录了多少个案例？", "汇编最后一个案例是哪个单位的，题目讲什么？")


def example_questions(settings: Settings) -> tuple[str, ...]:
    """Return questions of different kinds that the compilation of these settings answers."""
    return _QINGDAO_2018 if settings.compilation.stem == "qingdao-2018" else _ANY_COMPILATION


def clean_question(typed: str, *, max_chars: int) -> str:
    """Return the question as it is asked and shown: without unprintable characters, on one line.

    Raises QuestionError when nothing is left or more than `max_chars` characters are.
    """
    question = rag.normalising.clean_question(_UNPRINTABLE.sub("", typed))
    if not question:
        raise QuestionError("还没有输入问题。请在下面的输入框里写下问题，再按“发送”。")
    if len(question) > max_chars:
        raise QuestionError(f"问题有 {len(question)} 个字符，最多 {max_chars} 个。请缩短后再发送。")
    return question
