"""Nightly: score every customer, store the scores, send the campaign list to the mail provider."""

import os
import pickle

import pandas as pd
import psycopg
import requests
import s3fs

from churn import settings
from churn.train import COLUMNS


def main() -> None:
    with s3fs.S3FileSystem().open(settings.MODEL_URI, "rb") as file:
        model = pickle.load(file)
    rows = pd.read_parquet(settings.FEATURES)
    rows["score"] = model.predict_proba(rows[COLUMNS])[:, 1]
    with psycopg.connect(settings.DATABASE_URL) as db, db.cursor() as cursor:
        cursor.executemany(
            "insert into scores (customer_id, score) values (%s, %s)",
            rows[["customer_id", "score"]].itertuples(index=False),
        )
    risky = rows[rows["score"] > 0.7]
    requests.post(
        settings.MAIL_API,
        json=risky[["email", "score", "plan"]].to_dict("records"),
        headers={"Authorization": f"Bearer {os.environ['MAIL_TOKEN']}"},
        timeout=60,
    )


if __name__ == "__main__":
    main()
