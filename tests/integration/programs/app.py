"""A web application that knows nothing of tracing: it asks itself once, then ends."""

import threading
import urllib.request

from flask import Flask
from werkzeug.serving import make_server

app = Flask(__name__)


@app.get("/hello/<name>")
def hello(name: str) -> str:
    """Answer."""
    return f"hello {name}"


server = make_server("127.0.0.1", 0, app)
threading.Thread(target=server.serve_forever, daemon=True).start()
with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/hello/you", timeout=10) as answer:
    print(answer.read().decode())
server.shutdown()
