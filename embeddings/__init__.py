"""Embedding models behind LangChain's `Embeddings`: the bundled one, sentence-transformers models, any other."""
