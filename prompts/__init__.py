"""Prompt texts as files, and the lines that load and check them."""
