"""Whether the names of a written sentence play the parts that the source gives them: from whom to whom, who does what, whose it is.

All texts are matching forms. Only what the source shows to be otherwise is wrong; what it does not show is left to the other checks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import permutations

_ROLES = {
    "从": "origin",
    "自": "origin",
    "由": "agent",
    "被": "agent",
    "至": "goal",
    "到": "goal",
    "向": "goal",
    "往": "goal",
}
"""Words before a name that say its part."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_ATTRIBUTE_CHARS = 4
_MAX_BETWEEN = 12
_LISTED = re.compile(r"[、和与及或，。；：！？,;:\n]")


def misplaced(said: str, source: str, names: Iterable[str]) -> str:
    """Return what is wrong with the part a name plays; empty for nothing.

    names: those that both texts may have; longer ones first where one holds another.
    """
    known = [name for name in dict.fromkeys(names) if name in source]
    here = [name for name in known if name in said]
    return (
        _other_role(said, source, here, known) or _other_owner(said, source, here, known) or _turned(said, source, here)
    )


def _other_role(said: str, source: str, here: list[str], known: list[str]) -> str:
    """A name marked with a part that the source gives to another name, and never to it."""
    for name in here:
        for role in _roles(said, name):
            others = {other for other in known if role in _roles(source, other)}
            if others and not any(name in other or other in name for other in others):
                return f"{name}在出处里不是这个角色"
    return ""


def _roles(form: str, name: str) -> set[str]:
    """Return the parts that the words before a name give it; "由…至" is an origin."""
    found = set()
    for match in re.finditer(re.escape(name), form):
        role = _ROLES.get(form[match.start() - 1 : match.start()])
        if role == "agent" and re.search("[至到向往]", form[match.end() : match.end() + 10]):
            role = "origin"
        if role:
            found.add(role)
    return found


def _other_owner(said: str, source: str, here: list[str], known: list[str]) -> str:
    """A name right before what the source always puts behind another name."""
    for name in here:
        for match in re.finditer(re.escape(name), said):
            thing = said[match.end() : match.end() + _ATTRIBUTE_CHARS]
            if len(_HAN.findall(thing)) < _ATTRIBUTE_CHARS or name + thing[:2] in source or thing not in source:
                continue
            before = [source[: found.start()] for found in re.finditer(re.escape(thing), source)]
            owners = [next((other for other in known if text.endswith(other)), "") for text in before]
            if all(owners) and not any(name in owner or owner in name for owner in owners):
                return f"出处里的“{thing}”不属于{name}"
    return ""


def _turned(said: str, source: str, here: list[str]) -> str:
    """Two names with the words between them, where the source has them the other way round."""
    for one, other in permutations(here, 2):
        for match in re.finditer(f"{re.escape(one)}(.{{2,{_MAX_BETWEEN}}}?){re.escape(other)}", said):
            between = match[1]
            if _LISTED.search(between) or one in other or other in one:
                continue
            straight = re.search(f"{re.escape(one)}.{{0,4}}{re.escape(between)}.{{0,4}}{re.escape(other)}", source)
            turned = re.search(f"{re.escape(other)}.{{0,4}}{re.escape(between)}.{{0,4}}{re.escape(one)}", source)
            if turned and not straight:
                return f"出处里是{other}{between}{one}"
    return ""
