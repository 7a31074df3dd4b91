"""The sentences that are ours, in the language of the question."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """Templates of computed sentences."""

    english: bool
    case: str
    case_of: str
    count: str
    count_some: str
    after_last: str
    departments: str
    imprint: str
    outline: str
    which: str
    verdict: str
    silent: str
    n_pages: str
    average: str
    one_each: str
    total_pages: str
    among: str
    none_such: str
    nth_heading: str
    headings: str
    no_headings: str
    title: str
    department: str
    same: str
    differ: str
    differ_by: str
    only_contents: str
    only_body: str


_CHINESE = Phrases(
    english=False,
    case="案例{number}《{title}》（{department}），{pages}。",
    case_of="{department}案例",
    count="《{title}》共收录 {n} 个案例。",
    count_some="目录中的 {total} 个案例里有 {n} 个：{departments}。",
    after_last="目录没有写明最后一页；第 {first} 页起是最后一个案例《{title}》（{department}），第 {page} 页应在其中或已超出全书。",
    departments="共 {n} 个案例，署名单位为：{departments}。",
    imprint="《{title}》由{issuer}编印，封面日期为{date}。",
    outline="{owner}下分 {n} 个部分：{headings}。",
    which="逐一查找 {total} 个案例，写到的有 {n} 个：",
    verdict="{winner}{adjective}：{value}，{others}。",
    silent="这个案例没有写到这一点。",
    n_pages="共 {n} 页。",
    average="平均每个案例约 {mean} 页（据目录，{n} 个案例共 {pages} 页；最后一个案例的末页目录没有写明，未计入）。",
    one_each="没有。{total} 个案例出自 {total} 个署名单位，每个单位各一个。",
    total_pages="目录没有写明全书共多少页；最后一个案例《{title}》（{department}）从第 {page} 页开始。",
    none_such="目录中的 {total} 个案例里没有这样的。",
    among="这 {total} 个案例里有 {n} 个：{departments}。",
    nth_heading="{owner}第 {n} 部分的标题是“{heading}”。",
    headings="{owner}有 {n} 个{level}级标题：{headings}。",
    no_headings="{owner}没有{level}级标题。",
    title="标题",
    department="署名单位",
    same="案例{number}的{what}在目录和正文中一致：{printed}。",
    differ="案例{number}的{what}，目录作{contents}，正文作{body}：{difference}。",
    differ_by="目录用“{contents}”，正文用“{body}”",
    only_contents="正文没有“{contents}”",
    only_body="正文多出“{body}”",
)
_ENGLISH = Phrases(
    english=True,
    case="Case {number}, 《{title}》 ({department}), {pages}.",
    case_of="the case of {department}",
    count="《{title}》 contains {n} cases.",
    count_some="Of the {total} cases in the contents, {n} are: {departments}.",
    after_last="The contents do not give the last page; from page {first} on stands the last case, 《{title}》 ({department}); page {page} is in it or beyond the book.",
    departments="{n} cases, signed by: {departments}.",
    imprint="《{title}》, compiled by {issuer}; the date on the cover is {date}.",
    outline="{owner} has {n} parts: {headings}.",
    which="Of the {total} cases, {n} fit best:",
    verdict="{winner}: {value}; {others}.",
    silent="This case does not say.",
    n_pages="{n} pages.",
    average="{mean} pages on average (by the contents, {n} cases on {pages} pages; the last case, whose end they do not give, is left out).",
    one_each="None: the {total} cases are by {total} departments, one each.",
    total_pages="The contents do not give the number of pages; the last case, 《{title}》 ({department}), begins on page {page}.",
    none_such="None of the {total} cases in the contents.",
    among="Of these {total} cases, {n} are: {departments}.",
    nth_heading="Part {n} of {owner} is headed {heading}.",
    headings="{owner} has {n} headings of level {level}: {headings}.",
    no_headings="{owner} has no headings of level {level}.",
    title="title",
    department="department",
    same="The {what} of case {number} is the same in the contents and in the body: {printed}.",
    differ="The {what} of case {number} is {contents} in the contents and {body} in the body: {difference}.",
    differ_by="{contents} against {body}",
    only_contents="the body leaves out {contents}",
    only_body="the body adds {body}",
)


def phrases(english: bool) -> Phrases:
    """Return the templates in the language of the question."""
    return _ENGLISH if english else _CHINESE


def pages_phrase(first_page: int | None, last_page: int | None, *, english: bool = False) -> str:
    """Return how a case's pages are named: by the contents, never as the page of a passage."""
    if first_page is None:
        return "in the contents" if english else "目录"
    if last_page is None:
        return f"pages from {first_page} on, by the contents" if english else f"案例页码 {first_page} 起（据目录）"
    pages = str(first_page) if last_page == first_page else f"{first_page}–{last_page}"
    return f"pages {pages}, by the contents" if english else f"案例页码 {pages}（据目录）"
