"""The passages nearest to a question."""

from qdrant_client import QdrantClient
from sentence_transformers import SentenceTransformer

encoder = SentenceTransformer("smallvec/multilingual-384")
index = QdrantClient(url="http://index:6333")


def search(question: str, limit: int = 6) -> list[str]:
    hits = index.search("passages", query_vector=encoder.encode(question).tolist(), limit=limit)
    return [hit.payload["text"] for hit in hits]
