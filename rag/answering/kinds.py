"""The kinds of question, and what a question asks for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

OF_LENGTH = r"(?<![组市局区县院校部处科司会班队乡镇村社首州省厅所站台])长"
"""长 as a measure: who is 组长 compares nothing."""


class Kind(StrEnum):
    """The kinds of question that are answered in different ways."""

    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    LIST = "list"
    HOW = "how"
    COMPARE = "compare"
    WHICH_CASES = "which_cases"
    OTHER = "other"


class Sought(StrEnum):
    """Sorts of names."""

    PERSON = "person"
    ORGANISATION = "organisation"
    DOCUMENT = "document"
    PLACE = "place"
    NAMED_THING = "named_thing"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for."""

    kind: Kind
    units: tuple[frozenset[str], ...]
    """One set of interchangeable units for each value wanted; an empty set is a value of unknown unit."""
    n_items: int | None
    """How many items a list question says there are ("哪四项"); None where it does not say."""
    english: bool
    sought: Sought | None = None
    """What sort of name a name question wants, where its words say so."""
    exact_units: tuple[str, ...] = ()
    """The units as the question says them: "多少项" says 项, though 件 would fit too."""
