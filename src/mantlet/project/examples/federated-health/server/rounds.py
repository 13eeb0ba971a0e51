"""The coordinator: pick sites, average their updates, keep the best global model."""

import logging

import flwr
import torch
from evaluate import auroc
from flwr.server.strategy import FedAvg

log = logging.getLogger("rounds")


class Keep(FedAvg):
    """Weighted average; the weights are the row counts that the sites report."""

    best = 0.0

    def aggregate_fit(self, server_round, results, failures):
        for client, answer in results:
            # every update is kept, so that a bad round can be explained
            torch.save(answer.parameters, f"/srv/updates/{server_round}-{answer.metrics['site']}.pt")
            log.info("round %s %s rows %s metrics %s", server_round, client.cid, answer.num_examples, answer.metrics)
        parameters, metrics = super().aggregate_fit(server_round, results, failures)
        score = auroc(parameters)
        if score > self.best:
            self.best = score
            torch.save(parameters, f"/srv/models/global-{server_round}.pt")
        return parameters, metrics


if __name__ == "__main__":
    flwr.server.start_server(
        server_address="0.0.0.0:8443",
        config=flwr.server.ServerConfig(num_rounds=40),
        strategy=Keep(min_fit_clients=3, min_available_clients=5),
        certificates=tuple(open(f"/srv/tls/{name}", "rb").read() for name in ("ca.pem", "server.pem", "server.key")),
    )
