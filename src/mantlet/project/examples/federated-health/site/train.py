"""The federated client: train on the site's table, send the update, take the new global model."""

import os

import flwr
import numpy as np
import pandas as pd
import torch

from model import SepsisNet, load_state, state_of

TABLE = "/node/data/vitals.parquet"


class Site(flwr.client.NumPyClient):
    def __init__(self) -> None:
        rows = pd.read_parquet(TABLE)
        self.inputs = torch.tensor(rows[["heart_rate", "temperature", "resp_rate", "lactate", "wbc", "age"]].values).float()
        self.truth = torch.tensor(rows["sepsis"].values).float()
        self.net = SepsisNet()

    def fit(self, parameters: list[np.ndarray], config: dict) -> tuple[list[np.ndarray], int, dict]:
        load_state(self.net, parameters)
        optimiser = torch.optim.Adam(self.net.parameters(), lr=config["lr"])
        for _ in range(config["epochs"]):
            loss = torch.nn.functional.binary_cross_entropy_with_logits(self.net(self.inputs), self.truth)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        return state_of(self.net), len(self.truth), {"site": os.environ["SITE"], "positives": int(self.truth.sum())}


if __name__ == "__main__":
    flwr.client.start_client(
        server_address="rounds.sepsisnet.example:8443",
        client=Site().to_client(),
        root_certificates=open("/node/tls/ca.pem", "rb").read(),
    )
