"""What a question takes for granted and the case found for it does not say: an ending, a figure, a person in an office."""

from __future__ import annotations

import re

from rag.answering.verdicts import amount_of

_ENDING = re.compile(
    r"解散|取消|叫停|撤销|撤回|停办|停止|停业|终止|暂停|中止|关闭|关停|失败|亏损|批评|处分|处罚|问责|投诉|推迟|延期|退出|破产|倒闭|废止|废除|下调|"
    r"缩减|裁撤|裁员|降级|下架|停用|合并|搁置|否决|驳回|拒绝|放弃|造假|违规|诉讼|起诉|赔偿|下降|减少|落后|垫底|争议|反对|抗议|事故|伤亡|辞职|免职|更换|迁出|出售|转让"
)
"""Words for endings, failures and reversals: a question that takes one for granted is answered only where it stands."""
_DATE = re.compile(r"(?:19|20)\d{2}年?|\d{1,2}月(?:\d{1,2}[日号])?|第\d+")
_FIGURE = re.compile(r"(?<![\d.a-z])\d[\d,]*(?:\.\d+)?(?:万亿|亿|千万|百万|万|千)?(?![\d.%页]|个?案例)")
_COUNTED = re.compile(rf"{_FIGURE.pattern}(?=[\u3400-\u9fff])")
"""A figure of something, in a question: what stands after it says of what."""
_OFFICE = "总统|首相|总理|国王|大使|部长|书记|市长|省长|局长|区长|院士|教授|校长|董事长|总裁|主席"
_PERSON = re.compile(rf"(?P<before>[\u3400-\u9fff]{{2}})(?:{_OFFICE})")
_NO_NAME = frozenset("的了在于由向和与哪位有任前原现某该各其")
"""With one of these before an office nobody is named: 哪位局长, 现任市长."""
_DIGITS = "零一二三四五六七八九"


def takes_unsaid_for_granted(form: str, told: str) -> bool:
    """Return whether a question presumes an ending, a figure or a person in an office that its case does not tell.

    form, told: the matching forms of the question and of the case.
    """
    return (
        any(word not in told for word in _ENDING.findall(form))
        or bool(unsaid_figures(form, told))
        or any(match["before"] not in told and not _NO_NAME & set(match["before"]) for match in _PERSON.finditer(form))
    )


def unsaid_figures(form: str, told: str) -> list[str]:
    """Return the figures in digits of a question that its case has in no writing: 8 stands there as 8 or 八, 1.2万 as 12000.

    Dates are left out, which texts shorten, and so are numbers of pages and of cases.
    """
    figures = [match.group() for match in _COUNTED.finditer(_DATE.sub(" ", form))]
    if not figures:
        return []
    known = {_amount(match.group()) for match in _FIGURE.finditer(told)}
    return [figure for figure in figures if _amount(figure) not in known and not _is_said(figure, told)]


def _amount(figure: str) -> float | None:
    amount = amount_of(figure)
    return None if amount is None else amount.number


def _is_said(figure: str, told: str) -> bool:
    """Return whether a figure stands somewhere in digits or, below a hundred, in Chinese numerals."""
    if re.search(rf"(?<![\d.]){re.escape(figure)}(?!\d)", told):
        return True
    if not figure.isdigit() or int(figure) >= 100:
        return False
    tens, ones = divmod(int(figure), 10)
    numeral = (f"{_DIGITS[tens] if tens > 1 else ''}十" if tens else "") + (_DIGITS[ones] if ones or not tens else "")
    return numeral in told or (figure == "2" and "两" in told)
