"""Turn one site.yaml into a tracing stack that fits together, fires and stays true."""

from typing import Final

__version__: Final = "0.1.0"
