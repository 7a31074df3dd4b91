"""Batch evaluation against a question set."""
