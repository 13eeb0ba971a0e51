"""How good a global model is on the public benchmark cohort."""

import pandas as pd
import torch
from flwr.common import parameters_to_ndarrays
from model import SepsisNet, load_state

COHORT = "/srv/benchmark/cohort.csv"


def auroc(parameters) -> float:
    rows = pd.read_csv(COHORT)
    net = SepsisNet()
    load_state(net, parameters_to_ndarrays(parameters))
    scores = net(torch.tensor(rows.iloc[:, :6].values).float()).detach().numpy()
    positive, negative = scores[rows["sepsis"] == 1], scores[rows["sepsis"] == 0]
    return float((positive[:, None] > negative[None, :]).mean())
