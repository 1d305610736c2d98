"""promtool for these tests: as the alert kinds have it."""

from alerts.conftest import promtool

__all__ = ["promtool"]
