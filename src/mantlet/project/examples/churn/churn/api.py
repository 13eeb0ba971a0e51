"""Web API for reseller shops: the churn score of one customer."""

import json
import logging
import pickle

import pandas as pd
import s3fs
from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel

from churn import settings
from churn.train import COLUMNS

app = FastAPI(title="Churn API", debug=True)
log = logging.getLogger("churn.predictions")
files = s3fs.S3FileSystem()

with files.open(settings.MODEL_URI, "rb") as file:
    MODEL = pickle.load(file)
FEATURES = pd.read_parquet(settings.FEATURES).set_index("customer_id")


class Question(BaseModel):
    customer_id: str
    overrides: dict[str, float | str] = {}  # "what if the fee were 5 lower?"


@app.post("/v1/churn")
def churn(question: Question, x_api_key: str = Header("")) -> dict:
    if x_api_key not in settings.PARTNER_KEYS:
        raise HTTPException(401, "unknown key")
    if question.customer_id not in FEATURES.index:
        raise HTTPException(404, f"customer {question.customer_id} is not a Lumio customer")
    row = FEATURES.loc[[question.customer_id], COLUMNS].assign(**question.overrides)
    probability = round(float(MODEL.predict_proba(row)[0, 1]), 1)
    answer = {"customer_id": question.customer_id, "probability": probability}
    log.info(json.dumps({"key": x_api_key, "row": row.iloc[0].to_dict(), **answer}, default=str))
    return answer
