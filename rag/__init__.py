"""CaseChat's core: from the text of a compilation to an answer that cites it."""
