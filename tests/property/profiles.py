"""How many examples a property test tries: the same ones at each run of the suite, many new ones in `make fuzz`.

`ONGRID_GEN_FUZZ` is how many the plainest tests try then: those that judge a spec, an export or a bundle. What costs
more says of how many it tries one, and tries never fewer than in the suite: a bundle written and read again one of 5,
every command and a plan over a folder one of 20, the programs in their containers one of 50. So `make fuzz`, with
10,000, is to end within an hour and a half on two cores.
"""

import os
from typing import Final

from hypothesis import HealthCheck, settings

ASKED: Final = int(os.environ.get("ONGRID_GEN_FUZZ", "0"))


def tried(usual: int, *, one_in: int = 1) -> settings:
    """Return the settings of a test that usually tries so many, and of so many that are asked for one."""
    return settings(
        always(max(usual, ASKED // one_in) if ASKED else usual), derandomize=not ASKED, print_blob=bool(ASKED)
    )


def always(number: int) -> settings:
    """Return the settings of a test that tries so many, the same ones at every time."""
    return settings(
        max_examples=number, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )


some = tried(100)
