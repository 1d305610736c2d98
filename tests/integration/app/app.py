"""A small web application that knows nothing of tracing: `opentelemetry-instrument` is put in front of it."""

import sys

from flask import Flask

app = Flask(__name__)


@app.get("/hello/<name>")
def hello(name: str) -> str:
    """Answer."""
    return f"hello {name}"


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(sys.argv[1]))
