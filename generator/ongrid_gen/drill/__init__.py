"""Drills: traffic sent on purpose through the real stack, and what comes of it, hop by hop."""
