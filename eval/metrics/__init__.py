"""Metrics: plain functions from one result (or one list of values) to numbers."""
