"""The commands of `python -m rag`. Nothing heavy is imported before a command runs, so that `--help` is quick."""
