"""Retrieval measured by how much of the evidence the retrieved passages cover, in code points.

A quote of evidence is found at k when the first k passages together hold all its characters (white space and `*`
left out). Recall@k is the share of quotes found. For MRR@10 and nDCG@10 (by ir-measures) the passage that completes
a quote is relevant, with the number of quotes it completes as its gain, so that a second copy of the same evidence
earns nothing; quotes never found count in the ideal ranking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eval.evidence import Evidence, Span, covered_share

RECALL_CUTOFFS = (1, 3, 5, 10)
RANKING_CUTOFF = 10


def spans_of(retrieved: Sequence[Mapping[str, Any]]) -> list[Span]:
    """Return the spans of the passages of a result object, best first."""
    return [Span(passage["start"], passage["end"]) for passage in retrieved]


def first_ranks(evidence: Sequence[Evidence], passages: Sequence[Span], *, text: str) -> list[int | None]:
    """Return for each quote the rank (from 1) of the passage that completes it; None when it is never complete."""
    ranks: list[int | None] = []
    for quote in evidence:
        shares = (covered_share(quote, passages[: k + 1], text=text) for k in range(len(passages)))
        ranks.append(next((k for k, share in enumerate(shares, start=1) if share == 1.0), None))
    return ranks


def recall_at(ranks: Sequence[int | None], k: int) -> float:
    """Return the share (0 to 1) of quotes complete within the first k passages. ranks: at least one."""
    return sum(rank is not None and rank <= k for rank in ranks) / len(ranks)
