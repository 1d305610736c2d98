"""Numbers as Prometheus' template functions write them: what a test expects of a summary."""


def binary(number: float) -> str:
    """Return a number as `humanize1024` writes it."""
    prefix = ""
    for one in ("ki", "Mi", "Gi", "Ti", "Pi"):
        if abs(number) < 1024:
            break
        prefix, number = one, number / 1024
    return f"{number:.4g}{prefix}"


def duration(seconds: int) -> str:
    """Return seconds, at least one, as `humanizeDuration` writes them."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}d {hours}h {minutes}m {rest}s"
    if hours:
        return f"{hours}h {minutes}m {rest}s"
    return f"{minutes}m {rest}s" if minutes else f"{rest}s"
