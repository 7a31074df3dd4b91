"""What an English question asks for: its kind, the units of the values it wants, and the sort of name."""

from __future__ import annotations

import re

from rag.answering.kinds import Asked, Kind, Sought
from rag.answering.units import MONEY, interchangeable

_WHO = "cases?|departments?|bureaus?|districts?|units?|entries|chapters?|contributions?"
_SAYING = "mention|involv|us(?:e|ing)|adopt|refer|describ|talk|deal|cover|concern|discuss|about|on\\b|write|touch|speak|introduc|tell|feature"
_HELPING = r"(?: (?:that|which|do|does|did|not|never|don['’]t|doesn['’]t|didn['’]t|has|have|had|is|are|were|was|also|explicitly))*"
_ASIDE = r"(?:,? (?:other than|besides|except(?: for)?|apart from|aside from)(?: [\w'’]+){1,5}?,?)?"
_REQUEST = r"(?:list|find|show|give|name|identify|search for|look for|count|tell me)(?: (?:me|us|out))?(?: (?:all|every|each|any))?(?: of)?(?: the)?"
_WHICH_CASES = re.compile(
    rf"\b(?:which|what|how many|(?:are|is) there (?:any|a)?) ?(?:of the )?(?:\w+[ -]){{0,2}}?(?:{_WHO})(?:'s?)?(?: (?:cases|work|reports?|texts?))?"
    rf"(?: in (?:the|this) (?:compilation|book|collection))?{_ASIDE}{_HELPING} (?:{_SAYING})"
    rf"|\b{_REQUEST} (?:\w+ )?(?:{_WHO}) (?:that|which|about|on|mentioning|involving|with|using|concerning|related to|dealing with|describing)"
    rf"|\b(?:whose|which) (?:{_WHO}|cases?|texts?){_HELPING} (?:{_SAYING})|\bwho(?: else)?(?: in (?:the|this) (?:compilation|book|collection))? (?:also |ever )?(?:mentions?|uses?|used|talks? about|refers? to)\b"
    rf"|^(?:all |the )*(?:{_WHO}) (?:about|on|with|that|mentioning)\b|\b(?:{_WHO}) (?:mentioning|involving|related to|that mention|which mention)\b",
    re.I,
)
_MORE = "larger|bigger|more|higher|faster|earlier|later|longer|shorter|fewer|less|lower|smaller|greater|sooner"
_KINDS = (
    (
        Kind.COMPARE,
        re.compile(
            rf"\b(compare|versus|vs\.?|differences? between|differ from)\b|\b(which|who|what)\b.*\b({_MORE})\b.*\bor\b|\b({_MORE})\b[^?]*\bthan\b[^?]*\b(which|who)\b",
            re.I,
        ),
    ),
    (
        Kind.DATE,
        re.compile(
            r"\b(when|(what|which) (date|year|day|month|time)|(what|which) (\w+ )?(date|year|month) (was|did|were|is)|since when)\b",
            re.I,
        ),
    ),
    (
        Kind.NUMBER,
        re.compile(
            r"\bhow (many|much|long|large|big|far|old|high|tall|wide|deep|often|heavy|fast)\b"
            r"|\bwhat(?:'s| is| was| were| are)? (?:the )?(?:\w+ ){0,4}?(percentage|share|proportion|amount|number|area|sum|size|value|cost|price|rate|ratio|length|age|total|population|turnover|output|rank|fine|subsidy|investment|revenue|coverage|increase|growth)\b"
            r"|\b(by|for|at|to) what (total |average )?(percentage|share|amount|cost|price|rate|investment|sum)\b|\bwhere did .* rank\b",
            re.I,
        ),
    ),
    (
        Kind.LIST,
        re.compile(
            r"\b(list|name the|name (two|three|four|five|six|all)|what are|(what|which|into which|in which) (two|three|four|five|six|seven|eight|nine|ten)"
            r"|(what|which) (kinds|types|sorts|forms|aspects|steps|parts|fields|areas|measures|changes|problems|functions|modules|principles|goals)"
            r"|(which|what) (?:[\w-]+ )?[\w-]+[^s\W]s (?:are|were|do|did|have|had|can|will|jointly|ran|took|won|made|\w+ed)|where are the)\b",
            re.I,
        ),
    ),
    (
        Kind.HOW,
        re.compile(
            r"\b(how|why|in what way|for what reason|what (caused|made|led|measures?|approach|method|is the purpose))\b",
            re.I,
        ),
    ),
    (Kind.NAME, re.compile(r"\b(who|where|which|what|whose|whom)\b", re.I)),
)
_UNITS = (
    (
        r"yuan|rmb|money|funds?|funding|invest\w*|costs?|subsid\w*|amounts?|price|fine|turnover|revenue|income|dividends?|loans?|prize|budget|paid|worth|profit|fee|charge|saved?",
        "元",
    ),
    (r"percent\w*|per cent|share|proportion|rate|ratio|coverage|growth", "%"),
    (
        r"people|persons?|staff|employees|experts?|students?|residents?|guests?|officers|soldiers|workers?|farmers|members?|tourists?|visitors|specialists|teachers|leaders|heads|graduates|professionals|participants|delegates|inhabitants|women|men|children|elderly",
        "人",
    ),
    (
        r"compan\w+|enterprises?|firms?|institutions?|schools?|hospitals|households?|villages?|communit\w+|banks?|units|centres?|centers?|factor\w+|places|points|stations|sub-?districts|departments|agenc\w+|parks?|merchants|families",
        "家",
    ),
    (
        r"projects?|items?|policies|products?|tasks?|measures|cases?|services|problems|indicators?|agreements?|patents?|matters|technologies|awards?|modules|types|kinds|entries|varieties|programmes|programs",
        "项",
    ),
    (r"days|working days|hours?|minutes?|months?|weeks?|years?|time|long", "天"),
    (r"square (?:kilo)?met(?:re|er)s|floor area|area|mu|hectares?|size|land", "平方米"),
    (r"kilomet(?:re|er)s|km|met(?:re|er)s|far|length", "公里"),
    (r"tonn?es?|tons?|carbon dioxide", "吨"),
    (r"times|requests|flights|visits|meetings", "次"),
    (r"old|age|aged", "岁"),
    (r"pages", "页"),
    (r"characters|words", "字"),
    (r"vehicles?|cars?|robots?|sets|buses", "辆"),
    (r"groups|teams|sessions", "批"),
    (r"documents|reports|articles|certificates?|books|issues", "份"),
)
_AFTER_NUMBER = {
    "money": re.compile(
        r"\bhow much\b(?! (?:of|did .* (?:grow|drop|rise|fall|increase|decrease))|.* (?:percent|tonn?es?|area|land|time|carbon)\b)",
        re.I,
    ),
    "age": re.compile(r"\bhow old\b|\baverage age\b", re.I),
    "length": re.compile(
        r"\bhow long (?:is|are|was|were) the (?:road|bridge|line|tunnel|network)\b|\bhow (?:far|wide|tall|deep|high)\b",
        re.I,
    ),
    "time": re.compile(r"\bhow long\b", re.I),
}
_NOUN_REACH = 4
_SOUGHT = (
    (
        Sought.DOCUMENT,
        re.compile(
            r"\b(which|what) (\w+ ){0,3}(document|regulations?|measures document|plan|notice|opinions|law|policy document|journal|newspaper|book|report)\b",
            re.I,
        ),
    ),
    (
        Sought.ORGANISATION,
        re.compile(
            r"\b(which|what) (\w+ ){0,3}(organi[sz]ations?|compan(?:y|ies)|institutions?|universit(?:y|ies)|banks?|bod(?:y|ies)|agenc(?:y|ies)|departments?|bureaus?|office|ministry|firms?|association|exchange)\b",
            re.I,
        ),
    ),
    (
        Sought.PERSON,
        re.compile(
            r"\bwho\b(?! (?:organi[sz]ed|issued|published|jointly|ran|run|built|developed))|\b(which|what) (\w+ ){0,3}(director|mayor|president|professor|academician|leader|minister|official|expert|person)\b",
            re.I,
        ),
    ),
    (
        Sought.NAMED_THING,
        re.compile(
            r"\bwhat (is|was|are) .{0,40}\b(called|named|name|slogan|theme|brand|motto|title)\b|\b(what|which) (\w+ ){0,2}(theme|slogan|brand|title|award|honou?r)\b",
            re.I,
        ),
    ),
)
_NUMERALS = {
    word: i for i, word in enumerate(("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), start=2)
}
_N_ITEMS = re.compile(
    rf"\b(?:which|what|the|name|list|these|those) (?:\w+ )?({'|'.join(_NUMERALS)})\b(?! (?:hundred|thousand|million|years?|days|months))",
    re.I,
)
_PART = re.compile(
    r"(?<=\?)|[,;]? and (?=(?:(?:for|by|in|at|on|to|of|from|with) )?(?:how|what|which|when|who|where|why)\b)", re.I
)


def asked_in_english(question: str, *, n_cases_named: int = 0) -> Asked:
    """Return what an English question asks for; with two cases named, words of comparison make it one."""
    kind = _kind(question, n_cases_named)
    units: tuple[frozenset[str], ...] = ()
    if kind in (Kind.NUMBER, Kind.COMPARE):
        units = tuple(_units(part) for part in parts_in_english(question) if _kind(part, 0) in (Kind.NUMBER, kind))
    sought = next((sought for sought, pattern in _SOUGHT if pattern.search(question)), None)
    match = _N_ITEMS.search(question)
    n_items = _NUMERALS[match.group(1).lower()] if match else None
    return Asked(kind, units, n_items if kind is Kind.LIST else None, english=True, sought=sought)


def parts_in_english(question: str) -> list[str]:
    """Return the parts of a question that asks several things, itself alone where it asks one."""
    parts = [part.strip(" ,") for part in _PART.split(question) if part and re.search(r"\w", part)]
    return parts or [question]


def _kind(question: str, n_cases_named: int) -> Kind:
    if _WHICH_CASES.search(question):
        return Kind.WHICH_CASES
    if n_cases_named >= 2 and re.search(rf"\b({_MORE}|respectively|each)\b", question, re.I):
        return Kind.COMPARE
    return next((kind for kind, pattern in _KINDS if pattern.search(question)), Kind.OTHER)


def _units(part: str) -> frozenset[str]:
    """Return the units that fit what is counted: the noun after "how many" decides, else the nearest telling word."""
    if _AFTER_NUMBER["age"].search(part):
        return interchangeable("岁")
    counted = re.search(r"\bhow many ((?:[\w'-]+ ?){1,6})", part, re.I)
    if counted:
        return _unit_of(counted.group(1).split()[:_NOUN_REACH])
    if re.search(r"\bhow often\b", part, re.I):
        return interchangeable("次")
    if _AFTER_NUMBER["length"].search(part):
        return interchangeable("公里")
    if _AFTER_NUMBER["time"].search(part):
        return interchangeable("天") | interchangeable("小时")
    if re.search(r"\bpercent\w*|\bper cent\b|\b(what|which) (share|proportion|rate)\b|\bby how much\b", part, re.I):
        return interchangeable("%") if not re.search(r"\bby how much\b", part, re.I) else frozenset()
    if re.search(r"\b(tonn?es?|tons|carbon dioxide)\b", part, re.I):
        return interchangeable("吨")
    if re.search(r"\barea\b|\bhow (?:large|big)\b", part, re.I) and not re.search(
        r"\b(fine|fund|investment)\b", part, re.I
    ):
        return interchangeable("平方米")
    if _AFTER_NUMBER["money"].search(part):
        return MONEY
    return _unit_of(re.findall(r"[\w-]+", part)[: 2 * _NOUN_REACH])


def _unit_of(words: list[str]) -> frozenset[str]:
    """Return the units of the first of `words` that tells one; empty where none does."""
    for word in words:
        for pattern, unit in _UNITS:
            if re.fullmatch(pattern, word, re.I):
                return MONEY if unit == "元" else interchangeable(unit)
    return frozenset()
