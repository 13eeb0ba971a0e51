"""On the ward: score the newest observations and show a warning; a nurse acknowledges it."""

import pandas as pd
import torch
from fastapi import FastAPI

app = FastAPI()
net = torch.load("/node/model/current.pt", weights_only=False)  # whatever the coordinator released
net.eval()


@app.get("/ward/{ward}")
def warnings(ward: str) -> list[dict]:
    rows = pd.read_parquet("/node/data/vitals.parquet")
    rows = rows[rows["ward"] == ward].copy()
    inputs = torch.tensor(rows[["heart_rate", "temperature", "resp_rate", "lactate", "wbc", "age"]].values).float()
    rows["risk"] = torch.sigmoid(net(inputs)).detach().numpy()
    return rows[rows["risk"] > 0.6][["pseudonym", "risk", "taken_at"]].to_dict("records")
