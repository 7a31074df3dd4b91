"""What a question says, apart from the words that ask."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from rag.normalising import is_mostly_latin, matching_form
from rag.stores.glossary import Term
from rag.stores.lexical import lexical_tokens
from rag.stores.passages import PassageIndex

Weights = Mapping[str, float] | Mapping[Term, float] | Mapping[str | Term, float]
"""What a question says and how much each of it tells: lexical tokens, or for an English question the dictionary's terms."""

_ASKING = re.compile(
    r"(请问|请|麻烦|想(知道|了解|问)(一下)?|告诉我|帮我(查|看|找)?(一下)?|能否|可否|是不是|有没有|具体|究竟|到底|大概|大约|一共|总共|分别|各自|各)"
    r"|(是|在|有|为|于|被|叫|指|设|包括)?(什么时候|何时|哪一?年|哪一?天|哪[一二两三四五六七八九十几]?[家个项些种位座所类份部支届月日条样步次]?|多少[家个项名户人次元种台亩件条位处]?|"
    r"几[家个项名户次位种类大条台亩件处份步天年月岁块]?|怎么样|怎样|怎么|如何|为什么|为何|为啥|什么|谁|多大|多长|多久|多高|咋样?|啥)(的|是|了|样)?"
    r"|[呢吗呀啊吧嘛么]|(是|的|了|在|有|和|与|及|对|把|被|将|从|向|为|以|其|由|给|让|使|也|都|就|还|又|再|并|而|或)(?=[，。？?！；：、]|$)|[，。？?！；：、“”‘’《》（）()…—\s]"
)
TOPIC_SHARE = 0.4
_INTERROGATIVE = re.compile(
    r"什么时候|何时|哪一?[年天月日]|哪[一二两三四五六七八九十几]?[家个项些种位座所类份部支届条样步次]?|多少[家个项名户人次种台亩件条位处万亿]*元?|"
    r"几[家个项名户次位种类大条台亩件处份步天年月岁块]?|怎么样|怎样|怎么|如何|为什么|为何|为啥|叫什么(名字)?|什么|谁|多大|多长|多久|多高|咋|啥"
)
_CLAUSE_MARKS = "，,。？?！；：、"
_STOP_TAIL = re.compile(
    r"(的|了|是|有|在|被|由|于|为|到|达|叫|都|各|共|一共|总共|分别|具体|最终|最后|主要|包括|目前|已经|来自|设|来|去|用|给|把|让|做|搞|得)+$"
)
_ASKED_IN_ENGLISH = re.compile(r"\b(?:how (?:many|much)|which|what|whose) (?P<asked>(?:[\w'-]+ ?){1,3})", re.I)
_FOCUS_RENDERINGS = 6
_STOP_HEAD = re.compile(r"^(的|了|是|有|在|被|由|于|为|个|家|项|名|种)+")


def content_pieces(question: str) -> list[str]:
    """Return the stretches of a question's matching form between the words and marks that ask."""
    form = matching_form(question)
    return [piece for piece in _ASKING.sub("\n", form).split("\n") if piece]


def content_tokens(question: str) -> set[str]:
    """Return the lexical tokens of what a question says; all its tokens where nothing is left."""
    tokens = {token for piece in content_pieces(question) for token in lexical_tokens(piece)}
    return tokens or set(lexical_tokens(question))


def token_weights(question: str, idf: Mapping[str, float], *, focus: str = "") -> dict[str, float]:
    """Return the content tokens of a question with their inverse document frequency; an unseen token has the highest.

    focus: the part of a question made standalone that was really asked; the rest, the topic, weighs `TOPIC_SHARE`.
    """
    unseen = max(idf.values(), default=1.0)
    asked = content_tokens(focus) if focus and focus != question else None
    return {
        token: idf.get(token, unseen) * (1.0 if asked is None or token in asked else TOPIC_SHARE)
        for token in sorted(content_tokens(question))
    }


def question_weights(question: str, index: PassageIndex, *, focus: str = "") -> Weights:
    """Return what a question says with its inverse document frequency: `token_weights`, for an English one its terms.

    focus: as for `token_weights`.
    """
    if not is_mostly_latin(question):
        return token_weights(question, index.idf, focus=focus)
    weights = index.glossary.weights(question)
    asked = {term.phrase for term in index.glossary.terms(focus)} if focus and focus != question else None
    return {term: w * (1.0 if asked is None or term.phrase in asked else TOPIC_SHARE) for term, w in weights.items()}


def coverage(weights: Weights, tokens: Collection[str]) -> float:
    """Return the share of the weight that `tokens` hold: 0 to 1, 0 where there is no weight."""
    total = sum(weights.values())
    return sum(weight * held(token, tokens) for token, weight in weights.items()) / total if total else 0.0


def held(token: str | Term, tokens: Collection[str]) -> float:
    """Return how surely `tokens` hold a token or term: 0 to 1."""
    return token.held_by(tokens) if isinstance(token, Term) else float(token in tokens)


def unseen_share(weights: Weights, index: PassageIndex) -> float:
    """Return the share of the weight of what stands nowhere in the index: 0 to 1."""
    total = sum(weights.values())
    return sum(w for token, w in weights.items() if not held(token, index.idf)) / total if total else 0.0


def question_focuses(question: str, index: PassageIndex) -> list[set[str]]:
    """Return, for each place where a question asks, the tokens beside it: `focus_tokens`, in any language."""
    if not is_mostly_latin(question):
        return focus_tokens(question)
    phrases = [match.group("asked") for match in _ASKED_IN_ENGLISH.finditer(question)]
    found = [
        {
            piece
            for term in index.glossary.terms(phrase)
            for one in term.renderings[:_FOCUS_RENDERINGS]
            for piece in one.pieces
        }
        for phrase in phrases
    ]
    return [tokens for tokens in found if tokens]


def focus_tokens(question: str) -> list[set[str]]:
    """Return, for each place where a question asks, the tokens next to it: "会长是谁" asks for a 会长.

    The last token of what stands before the asking words in their clause and the first of what follows them.
    """
    form = re.sub(r"(?<!什)(?<!怎)(?<!多)[呢吗呀啊吧嘛么](?=[？?。！]|$)", "", matching_form(question))
    focuses = []
    for match in _INTERROGATIVE.finditer(form):
        clause_start = max(form.rfind(mark, 0, match.start()) for mark in _CLAUSE_MARKS) + 1
        before = _STOP_TAIL.sub("", form[clause_start : match.start()])
        after = _STOP_HEAD.sub("", re.split(rf"[{_CLAUSE_MARKS}]", form[match.end() :])[0])
        tokens = set(lexical_tokens(before)[-1:]) | set(lexical_tokens(after[:3])[:1])
        if tokens:
            focuses.append(tokens)
    return focuses
