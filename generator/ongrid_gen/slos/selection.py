"""Which series an SLO counts."""

from typing import Any, Final

from ongrid_gen.alerts.conditions import SPAN_KINDS
from ongrid_gen.conventions import (
    CALLS,
    ERROR_STATUS,
    LATENCY_BUCKET,
    SERVICE_NAME,
    SLO,
    SPAN_KIND,
    SPAN_NAME,
    STATUS_CODE,
)
from ongrid_gen.model import Slo
from ongrid_gen.text import Code, promql_matcher, promql_string
from ongrid_gen.units import plain

LATENCY: Final = "latency"


def is_latency(slo: Slo) -> bool:
    """Tell whether slow requests are the bad ones; else failed ones are. A check keeps `sli` and threshold in step."""
    return slo.threshold is not None


def request_labels(slo: Slo) -> dict[str, str]:
    """Return the labels that every series of the SLO's requests has, and that its rules keep."""
    return {SERVICE_NAME: slo.service, **({} if slo.operation is None else {SPAN_NAME: slo.operation})}


def span_kinds(slo: Slo) -> list[str]:
    """Return the values of the label `span_kind` that count as requests."""
    return [SPAN_KINDS[kind] for kind in slo.span_kind]


def selectors(slo: Slo) -> dict[str, Any]:
    """Return what the expressions over the counters are filled with."""
    own = [promql_matcher(label, [value]) for label, value in request_labels(slo).items()]
    of = ",".join([*own, promql_matcher(SPAN_KIND, span_kinds(slo))])
    values = {
        "by": Code(", ".join(request_labels(slo))),
        "bucket": Code(LATENCY_BUCKET),
        "service": own[0],
        "own": Code(f"{{{SLO}={promql_string(slo.name)}}}"),
    }
    if slo.threshold is None:
        failed = promql_matcher(STATUS_CODE, [ERROR_STATUS])
        return values | {"total": Code(f"{CALLS}{{{of}}}"), "bad": Code(f"{CALLS}{{{of},{failed}}}")}
    bound = promql_string(plain(slo.threshold))
    return values | {
        "bound": bound,
        "total": Code(f'{LATENCY_BUCKET}{{{of},le="+Inf"}}'),
        "good": Code(f"{LATENCY_BUCKET}{{{of},le={bound}}}"),
    }
