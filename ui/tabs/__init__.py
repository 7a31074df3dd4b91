"""The tabs beside the chat: what each shows, as HTML."""
