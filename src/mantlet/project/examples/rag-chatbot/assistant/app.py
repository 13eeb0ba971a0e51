"""Chat API: one endpoint, an agent loop behind it."""

import json
import logging
import os
from pathlib import Path

import httpx
from fastapi import FastAPI, Header
from openai import OpenAI
from pydantic import BaseModel

from assistant import memory, retrieve, tools

app = FastAPI()
log = logging.getLogger("pilot.turns")
llm = OpenAI(base_url="https://api.chatmodel.example/v1", api_key=os.environ["LLM_KEY"])
SYSTEM = Path("prompts/system.md").read_text()
LOGIN = "http://login.internal/whoami"


class Turn(BaseModel):
    message: str
    attachment: str = ""  # text of an uploaded document


def customer_of(token: str) -> str:
    return httpx.get(LOGIN, headers={"Authorization": token}, timeout=5).json()["customer"]


@app.post("/chat")
def chat(turn: Turn, authorization: str = Header("")) -> dict:
    customer = customer_of(authorization)
    passages = retrieve.search(turn.message + " " + turn.attachment)
    messages = [
        {"role": "system", "content": SYSTEM + "\n\n" + "\n---\n".join(passages)},
        *memory.recall(customer),
        {"role": "user", "content": turn.message + "\n\n" + turn.attachment},
    ]
    while True:  # until the model stops asking for tools
        answer = llm.chat.completions.create(model="chat-large", messages=messages, tools=tools.SCHEMAS)
        choice = answer.choices[0].message
        messages.append(choice)
        if not choice.tool_calls:
            break
        for call in choice.tool_calls:
            result = tools.run(call.function.name, json.loads(call.function.arguments), customer)
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    log.info("%s %s -> %s", customer, turn.message, choice.content)
    memory.remember(customer, turn.message, choice.content)
    return {"html": choice.content}  # the web page shows it as it is
