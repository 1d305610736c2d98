"""How many examples a property test tries: the same ones at each run of the suite, many new ones in `make fuzz`.

`ONGRID_GEN_FUZZ` is how many the plainest tests try then.
"""

import os
from typing import Final

from hypothesis import HealthCheck, settings

ASKED: Final = int(os.environ.get("ONGRID_GEN_FUZZ", "0"))


def tried(usual: int) -> settings:
    """Return the settings of a test that usually tries so many."""
    return settings(
        max_examples=ASKED or usual,
        derandomize=not ASKED,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=bool(ASKED),
    )


some, few = tried(100), tried(12)
