"""How answers, citations and cases read in a terminal."""

from __future__ import annotations

from rag.types import Answer, Case, Citation, Compilation, Passage

_INDENT = "    "


def plain(text: str) -> str:
    """Return the text without `**`, the one marker; a single `*` is text (the "*"号 of case 20)."""
    return text.replace("**", "")


def pages(first_page: int | None, last_page: int | None) -> str:
    """Return a case's pages by the table of contents, "案例页码 132–136（据目录）"; empty where there are none."""
    if first_page is None:
        return ""
    if last_page is None:
        return f"案例页码 {first_page} 起（据目录）"
    span = f"{first_page}" if first_page == last_page else f"{first_page}–{last_page}"
    return f"案例页码 {span}（据目录）"


def answer_text(answer: Answer) -> str:
    """Return the answer, then each citation with its place and quote."""
    parts = []
    if answer.standalone_question != answer.question:
        parts.append(f"理解为：{answer.standalone_question}")
    parts.append(plain(answer.text))
    if answer.notice:
        parts.append(f"说明：{answer.notice}")
    if answer.citations:
        parts.append("最接近的章节：" if answer.refused else "出处：")
        parts += [citation_text(citation) for citation in answer.citations]
    return "\n\n".join(parts)


def citation_text(citation: Citation) -> str:
    """Return a citation over several lines: its mark, case and department, heading path, pages, quote."""
    place = ["汇编的封面和目录"] if citation.case_number is None else [f"案例 {citation.case_number}"]
    place += [part for part in (citation.department, citation.title) if part]
    lines = [
        f"[{citation.key}] {plain(' · '.join(place))}",
        plain(" › ".join(citation.section_path)),
        pages(citation.first_page, citation.last_page),
        f"“{plain(citation.quote).strip()}”",
    ]
    head, *rest = [line for line in lines if line]
    return "\n".join([head, *(_INDENT + line for part in rest for line in part.splitlines())])


def passage_text(passage: Passage) -> str:
    """Return a retrieved passage: rank, score, method, size and place, then its text."""
    chunk = passage.chunk
    place = "汇编的封面和目录" if chunk.case_number is None else f"案例 {chunk.case_number}"
    head = (
        f"{passage.rank:>2}  得分 {passage.score:.4f}  {passage.method}  {place}  "
        f"{chunk.kind}  {chunk.n_tokens} 词元  第 {chunk.start}–{chunk.end} 字"
    )
    lines = [plain(" › ".join(chunk.section_path)), *plain(chunk.text).strip().splitlines()]
    return "\n".join([head, *(_INDENT + line for line in lines if line)])


def catalogue_text(compilation: Compilation) -> str:
    """Return the compilation's title and its cases: number, title, department, pages."""
    about = "，".join(part for part in (compilation.issuer, compilation.date) if part)
    lines = [f"《{compilation.title}》{f'（{about}）' if about else ''}，{len(compilation.cases)} 个案例", ""]
    for case in compilation.cases:
        lines.append(f"{case.number:>3}  {plain(case.title)}")
        lines.append(f"     {case.department}  {pages(case.first_page, case.last_page)}")
    return "\n".join(lines)


def case_text(case: Case, compilation: Compilation) -> str:
    """Return a case: both its titles and departments where they differ, pages, outline, text."""
    title, department = plain(case.title), case.department
    lines = [f"案例 {case.number}  {title}"]
    if plain(case.title_in_contents) != title:
        lines.append(f"目录中的标题：{plain(case.title_in_contents)}")
    lines.append(f"单位：{department}")
    if case.department_in_contents != department:
        lines.append(f"目录中的单位：{case.department_in_contents}")
    lines += [pages(case.first_page, case.last_page), "", "提纲："]
    for section in case.sections:
        if section.heading:
            lines.append("  " * section.level + plain(section.heading))
    lines += ["", "正文："]
    for section in case.sections:
        if section.kind == "residue":
            lines.append("［以下是原书截图里的文字］")
        lines.append(plain(compilation.text[section.start : section.end]).strip("\n"))
    return "\n".join(lines)
