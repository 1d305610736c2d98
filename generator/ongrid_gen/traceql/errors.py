"""What is wrong with a query, and where in it."""


class TraceqlError(ValueError):
    """A query that Tempo would refuse: why, where in it (first character and end), and what mends it."""

    def __init__(self, message: str, start: int, end: int, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.start, self.end, self.hint = message, start, end, hint
