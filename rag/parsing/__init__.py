"""From the bytes of a compilation to its canonical text, cases and sections."""
