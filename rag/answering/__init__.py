"""From passages to an answer: what is asked, which sentences decide, whether to refuse, how to cite."""
