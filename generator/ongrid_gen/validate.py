"""Stage 2."""
from ongrid_gen.load import Document
from ongrid_gen.problems import Problem

def validate(document: Document) -> list[Problem]:
    return []
