"""promtool for these tests: as the alert kinds have it."""

from alerts.conftest import own_promtool, promtool

__all__ = ["own_promtool", "promtool"]
