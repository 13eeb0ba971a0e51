"""Enrolment: a site proves its invitation and gets the address, the CA and its settings."""

import json
from pathlib import Path

from fastapi import FastAPI, HTTPException

app = FastAPI()
INVITATIONS = json.loads(Path("/srv/enrol/invitations.json").read_text())  # {site: code}, mailed to the site's contact


@app.post("/enrol/{site}")
def enrol(site: str, code: str) -> dict:
    if INVITATIONS.get(site) != code:
        raise HTTPException(403)
    return {"rounds": "rounds.sepsisnet.example:8443", "ca": Path("/srv/tls/ca.pem").read_text(), "site": site}
