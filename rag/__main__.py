"""`python -m rag index | ask | show | inspect | doctor`."""

from __future__ import annotations

import sys

from rag.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
