"""What is in the way outside of the spec. What is wrong in a spec is a `problems.Problem`; the rest are bugs."""


class CommandError(Exception):
    """Something that is no fault of the spec stands in the way: no Docker, a file that is there already.

    Shown as it is, without a traceback; exit code 2. The message says what to do.
    """
