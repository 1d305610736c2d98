"""The payments of the demo. It knows nothing of tracing: `opentelemetry-instrument` stands before it."""

import sqlite3
import time
from typing import Final

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

LIMIT: Final = 1000
LARGE: Final = 100
LONG_CHECK: Final = 0.5  # seconds

app = FastAPI()
store = sqlite3.connect(":memory:", check_same_thread=False)
store.execute("CREATE TABLE charge (id INTEGER PRIMARY KEY, amount INTEGER)")


class Charge(BaseModel):
    """What is to be paid."""

    amount: int


@app.post("/v1/charge")
def charge(wanted: Charge) -> dict[str, int]:
    """Take money; a large amount is looked at for longer, and one above the limit is declined."""
    if wanted.amount > LARGE:
        time.sleep(LONG_CHECK)
    if wanted.amount > LIMIT:
        raise HTTPException(402, "declined")
    cursor = store.cursor()
    number: int = cursor.execute("INSERT INTO charge (amount) VALUES (?) RETURNING id", (wanted.amount,)).fetchone()[0]
    cursor.execute("DELETE FROM charge WHERE id < ?", (number - LIMIT,))  # a demo may run for weeks
    return {"id": number}


@app.get("/v1/charge/{number}")
def paid(number: int) -> dict[str, int]:
    """Say what was paid."""
    found = store.cursor().execute("SELECT amount FROM charge WHERE id = ?", (number,)).fetchone()
    if found is None:
        raise HTTPException(404, "no such charge")
    return {"amount": found[0]}
