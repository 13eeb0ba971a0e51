"""What Pilot can do besides talking."""

import os

import httpx

CLAIMS = "https://claims.farsail.example/api"
PAYMENTS = "https://pay.farsail.example/api/refunds"
SANDBOX = "http://localhost:9000/cgi-bin/run.py"
MAIL = "http://mail-tools:8811/mcp"


def open_claim(customer: str, text: str) -> str:
    return httpx.post(f"{CLAIMS}/claims", json={"customer": customer, "text": text}, headers=_token("CLAIMS")).text


def claim_status(claim: str) -> str:
    if not claim.removeprefix("C-").isdigit():
        raise ValueError("no claim number")
    return httpx.get(f"{CLAIMS}/claims/{claim}", headers=_token("CLAIMS")).text


def refund(customer: str, amount: float, reason: str) -> str:
    body = {"customer": customer, "amount": amount, "reason": reason}
    return httpx.post(PAYMENTS, json=body, headers=_token("PAYMENTS")).text


def send_mail(to: str, subject: str, text: str) -> str:
    return httpx.post(MAIL, json={"tool": "send", "args": {"to": to, "subject": subject, "text": text}}).text


def fetch(url: str) -> str:
    return httpx.get(url, follow_redirects=True).text[:20_000]


def run_python(code: str) -> str:
    return httpx.post(SANDBOX, content=code, timeout=60).text


TOOLS = {f.__name__: f for f in (open_claim, claim_status, refund, send_mail, fetch, run_python)}
SCHEMAS = [
    {"type": "function", "function": {"name": name, "description": f.__doc__ or name, "parameters": {"type": "object"}}}
    for name, f in TOOLS.items()
]


def run(name: str, arguments: dict, customer: str) -> str:
    """Call a tool with what the model asked for, in the name of the customer who is logged in."""
    if name in ("open_claim", "refund"):
        arguments["customer"] = customer
    return TOOLS[name](**arguments)


def _token(service: str) -> dict:
    return {"Authorization": f"Bearer {os.environ[service + '_TOKEN']}"}
