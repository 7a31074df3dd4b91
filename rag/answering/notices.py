"""What a person is told when a chat model failed or was not believed."""

from __future__ import annotations

from rag.errors import LlmError

_ENGLISH = {
    "refused": "the model's service cannot be reached",
    "dns": "the model's server cannot be found (DNS)",
    "key": "the model's service does not accept the key",
    "missing": "the model does not exist, or the address is wrong (404)",
    "busy": "the model's service says too many requests (429)",
    "server": "the model's service reports an error",
    "silence": "the model did not reply in time",
    "late": "the model took longer than the limit",
    "cut": "the model's reply broke off",
    "broken": "the model's reply cannot be read",
    "empty": "the model's reply is empty",
    "window": "the passages are longer than the model reads",
    "request": "the model's service refused the request",
    "file": "the model file cannot be loaded",
}


def notice_of(fault: LlmError | None, *, n_replaced: int, any_released: bool, english: bool) -> str:
    """Return the notice in the language of the question; empty where all went well.

    n_replaced: sentences of the model that gave way to verbatim ones. any_released: whether any of its own are shown.
    """
    if english:
        return _in_english(fault, n_replaced=n_replaced, any_released=any_released)
    if fault is not None:
        kept = "已写出并核对过的句子保留，其余" if any_released else ""
        return f"{fault}{kept}以下改用原文摘录回答。" if not kept else f"{fault}{kept}改用原文摘录回答。"
    if n_replaced:
        return f"模型写的 {n_replaced} 句话在出处里找不到依据，没有采用，改用原文摘录。"
    return "" if any_released else "模型没有写出可以采用的句子，改用原文摘录回答。"


def _in_english(fault: LlmError | None, *, n_replaced: int, any_released: bool) -> str:
    if fault is not None:
        what = _ENGLISH.get(fault.kind, "the model failed")
        rest = "; the sentences already checked stay, the rest is" if any_released else "; the answer is"
        return f"{what[0].upper()}{what[1:]}{rest} quoted from the text instead."
    if n_replaced:
        return f"{n_replaced} sentence(s) of the model have no ground in the passages they cite and were replaced by quotations."
    return (
        ""
        if any_released
        else "The model wrote no sentence that could be used; the answer is quoted from the text instead."
    )
