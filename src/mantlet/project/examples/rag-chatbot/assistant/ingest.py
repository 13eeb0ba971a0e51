"""Nightly: help pages, solved tickets and the consulates' pages into the vector index."""

import os

import httpx
import pandas as pd
from bs4 import BeautifulSoup
from qdrant_client import models

from assistant.retrieve import encoder, index

CONSULATES = ["https://travel.example/advice/peru", "https://travel.example/advice/kenya"]
HELP = "https://help.farsail.example/export.json"
TICKETS = os.environ.get("TICKETS", "s3://farsail-support/tickets.parquet")


def texts() -> list[str]:
    pages = [BeautifulSoup(httpx.get(url).text, "html.parser").get_text(" ") for url in CONSULATES]
    articles = [article["body"] for article in httpx.get(HELP).json()]
    tickets = pd.read_parquet(TICKETS)
    solved = tickets[tickets["state"] == "solved"]
    return pages + articles + (solved["question"] + "\n" + solved["answer"]).to_list()


def main() -> None:
    passages = [text[start : start + 1200] for text in texts() for start in range(0, len(text), 1000)]
    vectors = encoder.encode(passages)
    index.upsert(
        "passages",
        points=[
            models.PointStruct(id=number, vector=vector.tolist(), payload={"text": passage})
            for number, (passage, vector) in enumerate(zip(passages, vectors, strict=True))
        ],
    )


if __name__ == "__main__":
    main()
