"""The visitors of the demo: an order a second, most of them good; one in ten takes long, a few fail.

Which order fails is no chance, so that the share stays below what the alerts of site.yaml wait for.
"""

import itertools
import os
import sys
import time
import urllib.error
import urllib.request
from typing import Final

PAUSE: Final = 1.0  # seconds


def wish(number: int) -> str:
    """Return what the visitor of that number wants."""
    if number % 100 == 30:
        return "sofa"  # which the shop does not have
    if number % 40 == 20:
        return "piano"  # above the limit of the payments
    return "lamp" if number % 10 == 5 else ("pen", "book")[number % 2]


def order(shop: str, article: str) -> None:
    """Order an article; that it may not be had is no matter to the next visitor."""
    request = urllib.request.Request(f"{shop}/orders/{article}", method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            answer.read()
    except (urllib.error.URLError, TimeoutError) as error:
        print(f"{article}: {error}", file=sys.stderr)


if __name__ == "__main__":
    for number in itertools.count():
        order(os.environ["DEMO_SHOP"], wish(number))
        time.sleep(PAUSE)
