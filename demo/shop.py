"""The shop of the demo: it has its orders paid by the payments. It knows nothing of tracing either."""

import os
from typing import Final

import httpx
from fastapi import FastAPI, HTTPException

PRICES: Final = {"pen": 3, "book": 12, "lamp": 180, "piano": 9000}

app = FastAPI()
payments = httpx.Client(base_url=os.environ["DEMO_PAYMENTS"], timeout=5)


@app.get("/")
def articles() -> dict[str, int]:
    """Say what there is, and what it costs."""
    return PRICES


@app.post("/orders/{article}")
def order(article: str) -> dict[str, int]:
    """Sell an article. That there may be none of that name was forgotten: a real mistake, for a real trace."""
    answer = payments.post("/v1/charge", json={"amount": PRICES[article]})
    if answer.is_error:
        raise HTTPException(answer.status_code, answer.json()["detail"])
    number: int = answer.json()["id"]
    return {"order": number, "paid": payments.get(f"/v1/charge/{number}").json()["amount"]}
