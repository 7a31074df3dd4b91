"""Every word of the reports, in Chinese and English."""

from __future__ import annotations

from markupsafe import Markup, escape

TEXTS: dict[str, tuple[str, str]] = {
    "title": ("评测报告", "Evaluation report"),
    "compare_title": ("评测比较", "Comparison of runs"),
    "run": ("评测对象", "What was run"),
    "questions": ("题库", "Question set"),
    "compilation": ("汇编", "Compilation"),
    "pipeline": ("流程", "Pipeline"),
    "model": ("作答", "Answered by"),
    "embedding": ("嵌入模型", "Embedding model"),
    "settings": ("设置", "Settings"),
    "machine": ("机器", "Machine"),
    "versions": ("版本", "Versions"),
    "cost": ("费用", "Cost"),
    "per_million": ("每百万输入/输出词元", "per million input/output tokens"),
    "code": ("代码", "Code"),
    "changed": ("（有未提交的改动）", "(with uncommitted changes)"),
    "created": ("时间", "Time"),
    "left_out": ("未评测", "Left out"),
    "headline": ("总览", "Headline"),
    "by_type": ("各题型", "By type"),
    "type": ("题型", "Type"),
    "n": ("题数", "n"),
    "share_right": (
        "答对的比例（应拒答的题为拒答），细线为 95% 区间",
        "Share answered right (refused where due); whiskers: 95% interval",
    ),
    "retrieval_curve": ("前 k 段含有全部证据的比例", "Evidence recall in the first k passages"),
    "risk_coverage": ("按置信度只答一部分时的错误率", "Risk at each coverage, most confident answers first"),
    "coverage": ("作答比例", "coverage"),
    "latency": ("每题用时分布", "Latency per question"),
    "confusion": ("作答与拒答", "Answered and refused"),
    "answered": ("作答", "answered"),
    "refused": ("拒答", "refused"),
    "to_answer": ("能答的题", "answerable"),
    "to_refuse": ("应拒答的题", "unanswerable"),
    "against": ("与对照流程逐题比较", "Paired difference against the baselines"),
    "baseline": ("对照", "baseline"),
    "difference": ("差", "difference"),
    "interval": ("95% 区间", "95% interval"),
    "metric": ("指标", "Metric"),
    "mcnemar": ("McNemar 精确检验", "Exact McNemar test"),
    "all_metrics": ("全部指标", "All metrics"),
    "overall": ("全部", "all"),
    "each_question": ("逐题", "Question by question"),
    "all_types": ("所有题型", "all types"),
    "all_splits": ("两个划分", "both splits"),
    "all_states": ("所有结果", "all results"),
    "state_right": ("对", "right"),
    "state_wrong": ("错", "wrong"),
    "state_refused": ("拒答", "refused"),
    "state_false_refusal": ("误拒", "falsely refused"),
    "state_missed": ("检索漏了证据", "evidence not retrieved"),
    "state_error": ("出错", "failed"),
    "state_unjudged": ("未判", "not judged"),
    "search": ("查找问题或答案", "find in question or answer"),
    "shown": ("显示", "shown"),
    "history": ("前文", "History"),
    "gold": ("参考答案", "Gold answer"),
    "keys": ("要点", "Keys"),
    "evidence": ("证据", "Evidence"),
    "answer": ("回答", "Answer"),
    "citations": ("引用", "Citations"),
    "retrieved": ("检索到的段落", "Retrieved passages"),
    "confidence": ("置信度", "confidence"),
    "case": ("案例", "case"),
    "error": ("错误", "Error"),
    "cut": (
        "题目太多，这里只列出前 {n} 题；其余在 results.jsonl。",
        "Too many questions: the first {n} are listed; the others are in results.jsonl.",
    ),
    "base": ("基准", "base"),
    "other": ("对比", "other"),
    "common": ("共同题目", "Questions in both"),
    "gained": ("变对的题目", "Now right"),
    "lost": ("变错的题目", "Now wrong"),
    "none": ("无", "none"),
    "only_base": ("只有基准对", "only the base right"),
    "only_other": ("只有对比对", "only the other right"),
    "splits": ("tune 与 report", "Splits"),
    "split": ("划分", "Split"),
    "small": ("题数少于 20 时给出题数，不给比例。", "Below 20 questions counts are given, not rates."),
}

HEADLINE: dict[str, tuple[str, str]] = {
    "right": ("答对", "Right"),
    "strictly_right": ("严格答对（不冗长）", "Strictly right (not verbose)"),
    "evidence_at_5": ("证据在前 5 段", "Evidence in first five"),
    "crosscase_f1": ("跨案例 F1", "Which-cases F1"),
    "unanswerable_refused": ("应拒尽拒", "Unanswerable refused"),
    "false_refusals": ("误拒", "False refusals"),
    "verbatim_quotes": ("引文逐字一致", "Verbatim quotes"),
    "single_fact_median_chars": ("单一事实题字数中位数", "Median characters, single facts"),
    "latency_p50_ms": ("用时中位数", "Median latency"),
    "errors": ("出错", "Failures"),
}


TYPES: dict[str, tuple[str, str]] = {
    "number": ("数值", "number"),
    "fact": ("事实", "fact"),
    "list": ("列举", "list"),
    "how": ("做法", "how"),
    "followup": ("追问", "follow-up"),
    "paraphrase": ("换说法", "paraphrase"),
    "crosslingual": ("英文提问", "cross-lingual"),
    "typo": ("错别字", "typo"),
    "compare": ("比较", "comparison"),
    "crosscase": ("哪些案例", "which cases"),
    "meta": ("关于汇编", "the compilation"),
    "unanswerable": ("应拒答", "unanswerable"),
    "span": ("片段", "span"),
}

METRICS: dict[str, tuple[str, str]] = {
    "recall@1": ("证据 R@1", "Recall@1"),
    "recall@3": ("证据 R@3", "Recall@3"),
    "recall@5": ("证据 R@5", "Recall@5"),
    "recall@10": ("证据 R@10", "Recall@10"),
    "mrr@10": ("MRR@10", "MRR@10"),
    "ndcg@10": ("nDCG@10", "nDCG@10"),
    "recall_in_500_tokens": ("500 词元内的证据", "Recall in 500 tokens"),
    "recall_in_1000_tokens": ("1000 词元内的证据", "Recall in 1,000 tokens"),
    "recall_in_2000_tokens": ("2000 词元内的证据", "Recall in 2,000 tokens"),
    "key_recall": ("要点召回", "Key recall"),
    "char_f1": ("字 F1", "Character F1"),
    "rouge_l": ("ROUGE-L", "ROUGE-L"),
    "short_exact": ("短答案完全一致", "Short answer EM"),
    "short_f1": ("短答案字 F1", "Short answer F1"),
    "exact": ("EM", "EM"),
    "f1": ("F1", "F1"),
    "context_recall@1": ("段落 R@1", "Context R@1"),
    "context_recall@5": ("段落 R@5", "Context R@5"),
    "context_recall@10": ("段落 R@10", "Context R@10"),
    "context_mrr@10": ("段落 MRR@10", "Context MRR@10"),
    "answer_chars": ("字数", "Characters"),
    "verbatim": ("引文逐字一致", "Verbatim quotes"),
    "cited_sentences": ("有引用的句子", "Sentences cited"),
    "citation_recall": ("引用召回", "Citation recall"),
    "citation_precision": ("引用精度", "Citation precision"),
    "dangling_marks": ("无出处的标号", "Dangling marks"),
    "case_precision": ("引用落在应引案例", "Citations in the right case"),
    "cited_evidence": ("引用覆盖的证据", "Evidence cited"),
    "cases_precision": ("案例精度", "Case precision"),
    "cases_recall": ("案例召回", "Case recall"),
    "cases_f1": ("案例 F1", "Case F1"),
    "error": ("出错", "Failed"),
    "latency_ms": ("用时（毫秒）", "Latency (ms)"),
    "input_tokens": ("输入词元", "Input tokens"),
    "output_tokens": ("输出词元", "Output tokens"),
    "judge": ("评审模型评分", "Judge score"),
}


def pair(key: str) -> tuple[str, str]:
    """Return a text in Chinese and in English; a name that has no text (a set's own question type) stands for itself."""
    for texts in (TEXTS, HEADLINE, TYPES, METRICS):
        if key in texts:
            return texts[key]
    return key, key


def both(key: str) -> Markup:
    """Return a text in both languages; the page shows one."""
    return languages(*pair(key))


def languages(zh: str, en: str) -> Markup:
    """Return two texts of which the page shows one."""
    if zh == en:
        return escape(zh)
    return Markup('<span class="zh">{}</span><span class="en" lang="en">{}</span>').format(zh, en)
