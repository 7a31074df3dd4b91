"""Index stores: dense (FAISS), lexical (BM25), and how an index is written and opened."""
