"""From a parsed compilation to sentences, list items and retrievable chunks."""
