"""Training the bundled embedding model further: questions are drawn to the passages and sentences that answer them."""
