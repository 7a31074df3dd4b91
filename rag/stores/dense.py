"""Exact inner-product search over L2-normalised vectors, by FAISS."""

from __future__ import annotations

import faiss
import numpy as np
import numpy.typing as npt

from rag.errors import IndexError_

Vectors = npt.NDArray[np.float32]


class DenseIndex:
    """A flat FAISS index: exact, and at some thousands of passages faster than the query's embedding."""

    def __init__(self, vectors: Vectors) -> None:
        """Index `vectors`, float32 (n, dim), L2-normalised."""
        self._index: faiss.Index = faiss.IndexFlatIP(vectors.shape[1])
        self._index.add(np.ascontiguousarray(vectors, dtype=np.float32))

    @property
    def n_vectors(self) -> int:
        """The number of vectors."""
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        """Their dimension."""
        return int(self._index.d)

    def scores(self, query: Vectors) -> Vectors:
        """Return the cosine of `query` (dim,) with every vector, float32 (n,), in the order they were added."""
        if self.n_vectors == 0:
            return np.zeros(0, dtype=np.float32)
        values, positions = self._index.search(query.reshape(1, -1).astype(np.float32), self.n_vectors)
        scores = np.empty(self.n_vectors, dtype=np.float32)
        scores[positions[0]] = values[0]
        return scores

    def to_bytes(self) -> bytes:
        """Return the index as FAISS serialises it; written by Python, because FAISS opens no Chinese path on Windows."""
        return bytes(faiss.serialize_index(self._index).tobytes())

    @classmethod
    def from_bytes(cls, data: bytes) -> DenseIndex:
        """Return the index that `to_bytes` gave. IndexError_ when the bytes are no such index."""
        try:
            loaded = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
        except RuntimeError as exc:
            raise IndexError_(
                "索引中的向量文件已损坏，无法读取。请运行 python -m rag index --force 重建索引。"
            ) from exc
        index = cls.__new__(cls)
        index._index = loaded
        return index
