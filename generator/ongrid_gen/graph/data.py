"""A picture as JSON, for programs."""

import json
from dataclasses import asdict

from ongrid_gen.graph.model import Edge, Graph


def as_json(graph: Graph) -> str:
    """Return nodes and edges; the keys do not change without a changelog entry."""
    data = {
        "name": graph.name,
        "nodes": [asdict(node) for node in graph.nodes],
        "edges": list(map(edge_data, graph.edges)),
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def edge_data(edge: Edge) -> dict[str, str]:
    """Return an edge: from which node to which."""
    return {
        "from": edge.start,
        "to": edge.end,
        "link": edge.link,
        "label": edge.label,
        "broken": edge.broken,
        "note": edge.note,
    }
