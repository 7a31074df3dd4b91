"""What can be asked in English about a compilation itself; see `intents`."""

from __future__ import annotations

import re

from rag.answering.intents import Intent

_WORDS = re.compile(
    r"[a-z]*'s\b|[^a-z\s]+|\b(?:the|a|an|of|in|on|to|from|is|are|was|were|be|does|do|did|which|what|who|whom|when|how|many|there|it|its|this|that|me|tell|about|please|"
    r"innovation|innovative|work|cases?|compilations?|books?|collections?|volumes?|documents?|contents?|table|catalogue|qingdao|municipal|governments?|districts?|city|cities|"
    r"bureaus?|county|counties|offices?|zones?|all|every|each|total|altogether|included?|includes|contain(?:s|ed)?|have|has|by|number|no|call(?:s|ed)?|titled?|titles|name[ds]?|names|"
    r"departments?|units?|organi[sz]ations?|submit(?:s|ted)?|wrote|writes?|written|contribut(?:e|es|ed|ing|ors?|ions?)|authors?|responsible|for|"
    r"pages?|start(?:s|ed)?|begins?|ends?|run|found|find|appear(?:s)?|stands?|located|at|most|fewest|longest|shortest|last|first|and|or|compiled|published|issued|edited|"
    r"list|give|show|can|you|i|parts?|sections?|headings?|chapters?|divided|into|structure|structured|outline|consists?|comes?|right|immediately|directly|just|"
    r"next|after|before|following|follows|previous|preceding|precedes|summari[sz]e|summary|say|says|with|one|ones)\b"
)


_CASES_OF = r"(?:innovation |innovative |work )*(?:cases|entries|chapters)"
_WORDS_OF_LENGTH = r"more|longer|over|exceed\w*|fewer|less|shorter|than|under|below|least|up|exactly|only|just|take|takes|took|taking|long|length|occup\w+|span\w*|whole|entire|average|typical\w*|mean|or|so|between|through"
_WORDS_OF_PLACE = r"between|among|both|sides?|either|side|neighbou?r\w*|adjacent|beside|next|comes?|placed|ordered|order|earlier|later|sooner|second|third|fourth|end|but"
_WORDS_OF_DIFFERENCE = r"differ\w*|same|match\w*|mismatch\w*|identical|discrepanc\w*|inconsisten\w*|body|text|inside|between|wording|worded|words?|read|printed|itself|version|agree\w*|own|heading"


def _intent(name: str, pattern: str, also: str = "", *, of_cases: bool = True) -> Intent:
    words = re.compile(rf"{_WORDS.pattern}|\b(?:{also})\b") if also else _WORDS
    return Intent(name, re.compile(pattern), words, of_cases=of_cases)


ENGLISH_INTENTS: tuple[Intent, ...] = (
    _intent(
        "differing",
        r"(?=.*\b(?:contents|catalogue)\b)(?=.*\b(?:body|text|inside|itself|chapter|own)\b).*\b(?:differ|same\b|match|mismatch|identical|discrepan|inconsisten|agree)",
        _WORDS_OF_DIFFERENCE,
    ),
    _intent(
        "by_length",
        r"\b(?:(?P<most>at most|up to|no (?:more|longer) than)|(?P<over>(?:more|longer) than|over|exceed(?:s|ing)?)|(?P<under>(?:fewer|less|shorter) than|under|below)|(?P<least>at least)|(?P<exact>exactly|only|just)) (?P<pages>\d{1,3}) pages\b"
        r"|\b(?P<bare_pages>\d{1,3}) pages or (?P<bare_side>more|longer|less|fewer|shorter)\b|\bcases\b.*\b(?:have|with|of|take up|run to) (?P<exact_pages>\d{1,3}) pages\b(?! or )",
        _WORDS_OF_LENGTH,
        of_cases=False,
    ),
    _intent(
        "in_pages",
        r"\bpages? (?P<from>\d{1,4}) ?(?:to|through|and|till|until|[-–—]) ?(?:page )?(?P<to>\d{1,4})\b",
        _WORDS_OF_LENGTH,
        of_cases=False,
    ),
    _intent(
        "average_pages",
        r"\baverage\b.*\bpages?\b|\bpages?\b.*\baverage\b|\blong\b.*\bon average\b",
        _WORDS_OF_LENGTH,
        of_cases=False,
    ),
    _intent(
        "total_pages",
        r"\bhow many pages\b.*\b(?:book|compilation|collection|volume)\b|\btotal (?:number of )?pages\b",
        _WORDS_OF_LENGTH,
        of_cases=False,
    ),
    _intent(
        "leading",
        rf"\b(?:first|(?P<end>last|final)) (?P<n>\d{{1,3}}) {_CASES_OF}\b",
        "final",
        of_cases=False,
    ),
    _intent(
        "titled_with",
        r"\b(?:titles?|titled|headings?)\b.*?[“\"']?(?P<words>[\u3400-\u9fff]{2,12})|(?P<bare>[\u3400-\u9fff]{2,12})[”\"']?.*\btitles?\b",
        r"mention\w*|word|words|phrase|using|use|uses|featur\w+",
    ),
    _intent("on_page", r"\b(?:page|p\.) ?(?P<page>\d{1,4})\b", "open|opens|opening|see|printed"),
    _intent("extreme", r"\b(?P<extreme>longest|shortest|most pages|fewest pages)\b", "has|takes?|up"),
    _intent(
        "pages_of",
        r"\b(which|what) pages?\b|\bpages? (numbers?|of)\b|\bhow many pages\b|\bhow long is\b|\bwhere does\b.*\b(start|begin)",
        _WORDS_OF_LENGTH,
    ),
    _intent("between", r"\bbetween\b.+\band\b", _WORDS_OF_PLACE),
    _intent("order", r"\b(?:first|earlier|later|before)\b.*\bor\b|\border\b", _WORDS_OF_PLACE),
    _intent(
        "neighbour",
        r"\b(after|before|following|follows|next|previous|preceding|precedes|neighbou?r\w*|both sides|adjacent)\b",
        _WORDS_OF_PLACE,
    ),
    _intent(
        "imprint",
        r"who (compiled|published|issued|edited|produced|made|put together)|when was (the|this) (compilation|book|collection)"
        r"|\b(which|what) (office|department|organi[sz]ation|body|agency|year|date)\b.*\b(compiled|published|issued|edited|produced|cover)\b|\bcover\b|\b(title|name) of (the|this) (book|compilation|collection|volume)",
        "cover|produced|made|put|together|body|agency|year|date|month|full|printed|publication|publisher|editor",
        of_cases=False,
    ),
    _intent(
        "count",
        rf"how many {_CASES_OF}\b|\bnumber of {_CASES_OF}\b|\bhow many\b.*\bcases\b",
        "functional|zone|come|came|collected|together|level",
        of_cases=False,
    ),
    _intent(
        "outline",
        r"\b(parts|sections|headings|structure|structured|outline|organi[sz]ed)\b",
        "level|top|main|sub|organi[sz]ed|section",
    ),
    _intent("nth", r"^(?!.*\b(after|before|next|previous|summari[sz]e|summary|pages)\b)", _WORDS_OF_PLACE),
    _intent(
        "all_cases",
        r"\b(list|name|show|what are|which are)\b.*\bcases\b(?!.*\b(departments?|units?)\b)|\b(show|give|print|full|whole)\b.*\btable of contents\b",
        "print|full|whole|entire|complete|titles",
        of_cases=False,
    ),
    _intent(
        "departments",
        r"\b(which|what|list|name|show|how many|all|who)\b.*\b(departments|units|districts|bureaus|zones|organi[sz]ations|contributors|authors|contributed|submitted)\b",
        "functional|took|take|part|came|come|level|represented|involved",
        of_cases=False,
    ),
    _intent(
        "summary", r"\bsummari[sz]e|\bsummary\b|\bwhat (is|does) .*\bcase\b.* (about|say)\b|\bwhat is .*\bcase about\b"
    ),
    _intent(
        "titled",
        r"\b(title|called|titled|name|number|who wrote|who submitted)\b.*\bcases?\b|\bcases?\b.*\b(title|called|titled|name|number|rank\w*|submit\w*|contribut\w*)\b",
        r"rank\w*|position|place",
    ),
)
