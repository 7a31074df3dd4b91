"""Speed and memory, measured by hand or by make bench."""
