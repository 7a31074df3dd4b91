"""Chat models, local and hosted: built from settings, asked with time limits and retries, counted, never traced unasked."""
