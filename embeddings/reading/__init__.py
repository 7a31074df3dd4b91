"""The trained reader: finds in a passage the span that answers a question, and says whether there is one."""
