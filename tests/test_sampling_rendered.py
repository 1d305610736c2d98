"""What the sampler is told, how much it must hold, and who counts."""

from typing import Any

import pytest

from ongrid_gen.components import apps, gateway, sampling
from ongrid_gen.estimate import estimate, kept_share
from ongrid_gen.model import Site
from ongrid_gen.render import render
from support import problems_of, site_of

SPEC = """
version: 1
site: demo
services: [{name: payments-api, aliases: [pay]}, {name: health}]
"""


def sampled(tail: str, more: str = "") -> Site:
    return site_of(f"{SPEC}sampling: {{tail: {tail}}}\n{more}")


def policies(tail: str) -> dict[str, Any]:
    site = sampled(tail)
    assert site.sampling.tail is not None
    return {one["name"]: one for one in sampling.policies(site.sampling.tail)}


def held(site: Site) -> int:
    assert site.sampling.tail is not None
    return sampling.traces_held(site, site.sampling.tail)


def test_by_default_errors_are_kept_and_a_twentieth_of_the_rest() -> None:
    assert ["errors", "rest"] == list(policies("{}"))


def test_a_share_of_nothing_is_no_policy() -> None:
    assert ["errors"] == list(policies("{keep: {percent: 0}}"))


def test_the_share_of_a_service_stands_in_place_of_the_general_one() -> None:
    found = policies("{services: [{service: health, percent: 0}, {service: payments-api, slower_than: 1s}]}")
    assert ["errors", "slow/payments-api", "rest"] == list(found)
    others = found["rest"]["and"]["and_sub_policy"][0]["not"]["not_sub_policy"]["string_attribute"]
    assert {"key": "service.name", "values": ["health"]} == others


def test_a_limit_judges_last_so_that_it_counts_what_is_kept() -> None:
    found = policies("{keep: {spans_per_second: 7}, services: [{service: health, percent: 50, spans_per_second: 3}]}")
    assert ["not", "probabilistic", "rate_limiting"] == [one["type"] for one in found["rest"]["and"]["and_sub_policy"]]
    assert "rate_limiting" == found["rest/health"]["and"]["and_sub_policy"][-1]["type"]


def test_a_text_that_reads_as_a_boolean_is_met_by_both() -> None:
    found = policies('{keep: {attributes: [{key: debug, values: ["true", "a$b"]}]}}')
    assert ["true", "a$$b"] == found["attribute/debug"]["string_attribute"]["values"]
    assert found["attribute/debug=true"]["boolean_attribute"] == {"key": "debug", "value": True}


@pytest.mark.parametrize(
    ("tail", "more", "wanted"),
    [
        ("{}", "", 50_000),
        ("{}", "budget: {requests_per_second: 1}\n", 10_000),
        ("{wait: 20s}", "budget: {requests_per_second: 1000}\ntempo: {disk: 1Ti}\n", 40_000),
        ("{traces: 700}", "", 700),
    ],
)
def test_the_buffer_is_that_of_the_budget(tail: str, more: str, wanted: int) -> None:
    assert wanted == held(sampled(tail, more))


def test_the_way_forks_behind_names_and_privacy() -> None:
    data = gateway.config(sampled("{}", "privacy: {delete: [user.email]}\n"))
    pipelines = data["service"]["pipelines"]
    assert ["memory_limiter", "transform/names", "transform/privacy"] == pipelines["traces"]["processors"]
    assert ["forward/counted", "forward/stored"] == pipelines["traces"]["exporters"]
    assert "processors" not in pipelines["traces/counted"]
    assert ["otlp_grpc/tempo-metrics"] == pipelines["traces/counted"]["exporters"]
    assert ["tail_sampling"] == pipelines["traces/stored"]["processors"]
    assert ["otlp_grpc/tempo"] == pipelines["traces/stored"]["exporters"]


def test_without_sampling_nothing_of_it_is_rendered() -> None:
    tree = render(site_of(SPEC))
    assert not any("tempo-metrics" in path or "tempo-metrics" in text or "tail_sampling" in text
                   for path, text in tree.items() if not path.startswith("prometheus/tests/"))  # fmt: skip


def test_head_sampling_is_two_lines_of_the_environment() -> None:
    site = site_of(SPEC + "sampling: {head: {ratio: 0.25}}\n")
    found = apps.variables(site, site.services[0])
    assert ("parentbased_traceidratio", "0.25") == (found["OTEL_TRACES_SAMPLER"], found["OTEL_TRACES_SAMPLER_ARG"])
    assert "OTEL_TRACES_SAMPLER" not in apps.variables(site_of(SPEC), site.services[0])


def test_what_is_stored_is_what_is_kept() -> None:
    site = sampled("{keep: {errors: false, percent: 10}, services: [{service: health, percent: 0}]}",
                   "budget: {requests_per_second: 10}\n")  # fmt: skip
    assert 0.05 == float(kept_share(site))
    figures = {figure.key: figure.value for figure in estimate(site).figures}
    assert figures["stored_spans_per_day"] * 20 == figures["spans_per_day"] == 10 * 10 * 86_400
    assert 10 * 10 * 10 * 2_000 == figures["undecided_bytes"]


def test_nothing_kept_is_an_error() -> None:
    found = problems_of(f"{SPEC}sampling: {{tail: {{keep: {{errors: false, percent: 0}}}}}}\n")
    assert ["OG081"] == [one.code for one in found]
