"""Names with quotes, braces, `${}` stay one value in every language they are written in."""

import json

import pytest
import yaml
from promql_parser import parse

from ongrid_gen.render import Tree, render
from support import site_of
from test_engines import HOSTILE


@pytest.fixture(scope="module")
def tree() -> Tree:
    return render(site_of(HOSTILE))


def test_the_operation_is_one_label_value(tree: Tree) -> None:
    rules = yaml.safe_load(tree["prometheus/rules/payments-api.yaml"])["groups"][0]["rules"]
    assert 'POST /v1/"charge"/{id} ${x} \\d+ $y {{ .z }}' in selectors(parse(rules[0]["expr"]))


def selectors(node: object) -> set[str]:
    """Return every label value that a PromQL expression selects, as the parser reads it."""
    found: set[str] = set()
    for name in ("lhs", "rhs", "expr", "vector_selector"):
        child = getattr(node, name, None)
        if child is not None:
            found |= selectors(child)
    for child in getattr(node, "args", None) or []:
        found |= selectors(child)
    matchers = getattr(node, "matchers", None)
    if matchers is not None:
        found |= {matcher.value for matcher in matchers.matchers}
    return found


def test_the_environment_is_literal_for_the_collector(tree: Tree) -> None:
    agent = yaml.safe_load(tree["edge/local/otelcol/agent.yaml"])
    attributes = {one["key"]: one["value"] for one in agent["processors"]["resource/site"]["attributes"]}
    assert 'prod "$$x" $${y} {{ z }}' == attributes["deployment.environment"]
    assert '$$1 $${HOME} "quoted"' == attributes["device_id"]


def test_an_alias_is_one_literal_of_the_statement(tree: Tree) -> None:
    gateway = yaml.safe_load(tree["otelcol/gateway.yaml"])
    statement = gateway["processors"]["transform/names"]["trace_statements"][0]
    for alias in ('"x" ${y}', "back\\slash"):
        assert json.dumps(alias, ensure_ascii=False).replace("$", "$$") in statement


def test_a_summary_of_the_spec_is_no_template_of_ours(tree: Tree) -> None:
    rules = yaml.safe_load(tree["prometheus/rules/payments-api.yaml"])["groups"][0]["rules"]
    assert '{{ "{{ $labels.nope }} \\"quoted\\" ${x}" }}' == rules[0]["annotations"]["summary"]


def test_runbooks_have_safe_names_of_their_own(tree: Tree) -> None:
    names = [path for path in tree if path.startswith("runbooks/") and "/self/" not in path]
    assert len(names) == len(set(names)) == 3
    assert all(path.count("/") == 1 and ".." not in path for path in names)


def test_an_env_file_has_one_line_per_variable(tree: Tree) -> None:
    lines = [line for line in tree["apps/payments-api.env"].splitlines() if not line.startswith("#")]
    assert all(line.count("=") >= 1 and " " not in line and '"' not in line for line in lines)


def test_everything_that_is_yaml_reads_back(tree: Tree) -> None:
    for path, text in tree.items():
        if path.endswith(".yaml"):
            assert yaml.safe_load(text), path
