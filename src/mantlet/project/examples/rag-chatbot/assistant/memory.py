"""What Pilot remembers: the last turns of each customer, and the notes it made."""

import json

import redis

store = redis.Redis(host="memory", decode_responses=True)


def recall(customer: str) -> list[dict]:
    return [json.loads(item) for item in store.lrange(f"turns:{customer}", -20, -1)]


def remember(customer: str, question: str, answer: str) -> None:
    store.rpush(
        f"turns:{customer}",
        json.dumps({"role": "user", "content": question}),
        json.dumps({"role": "assistant", "content": answer}),
    )
    store.expire(f"turns:{customer}", 90 * 86_400)
