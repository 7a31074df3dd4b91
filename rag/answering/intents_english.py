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


def _intent(name: str, pattern: str, *, of_cases: bool = True) -> Intent:
    return Intent(name, re.compile(pattern), _WORDS, of_cases=of_cases)


ENGLISH_INTENTS: tuple[Intent, ...] = (
    _intent("on_page", r"\bpage (?P<page>\d{1,4})\b"),
    _intent(
        "pages_of", r"\b(which|what) pages?\b|\bpages? (number|of)\b|\bhow many pages\b|\bwhere does\b.*\b(start|begin)"
    ),
    _intent("extreme", r"\b(?P<extreme>longest|shortest|most pages|fewest pages)\b"),
    _intent("neighbour", r"\b(after|before|following|follows|next|previous|preceding|precedes)\b"),
    _intent(
        "imprint",
        r"who (compiled|published|issued|edited)|when was (the|this) (compilation|book|collection)",
        of_cases=False,
    ),
    _intent(
        "count",
        r"how many (innovation |innovative )?(work )?cases\b|\bnumber of (innovation |innovative )?cases\b",
        of_cases=False,
    ),
    _intent("outline", r"\b(parts|sections|headings|structure|structured|outline)\b"),
    _intent("nth", r"^(?!.*\b(after|before|next|previous|summari[sz]e|summary)\b)"),
    _intent(
        "all_cases",
        r"\b(list|name|show|what are|which are)\b.*\bcases\b(?!.*\b(departments?|units?)\b)",
        of_cases=False,
    ),
    _intent(
        "departments",
        r"\b(which|what|list|name|show|how many|all)\b.*\b(departments|units|districts|bureaus|organi[sz]ations|contributors|authors)\b",
        of_cases=False,
    ),
    _intent(
        "summary", r"\bsummari[sz]e|\bsummary\b|\bwhat (is|does) .*\bcase\b.* (about|say)\b|\bwhat is .*\bcase about\b"
    ),
    _intent(
        "titled",
        r"\b(title|called|titled|name)\b.*\bcases?\b|\bcases?\b.*\b(title|called|titled|name|submit\w*|contribut\w*)\b",
    ),
)
