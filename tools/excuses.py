"""Mutants that are the rule in other words: which, and why no data can tell them from it."""

import re
from dataclasses import dataclass
from typing import Final

from ongrid_gen.conventions import BURN_KIND

RATIOS: Final = "trace_latency|trace_error_rate|service_dependency_error_rate"
TIMES: Final = "one is the other times the window, and compared with zero"
READING: Final = "of several numbers that are none below zero, one is above zero however they are put together"
SAME: Final = "the other operand, which still selects the SLO, has the label too, and drops the rest"
KEPT: Final = "`by` keeps the label, and the other operands of `/` and `and`, which still select it, drop the rest"


@dataclass(frozen=True, slots=True)
class Excuse:
    """Mutants that no data can tell from the rule: patterns of their kind, and of what was done and where; and why."""

    kind: str
    what: str
    where: str
    why: str

    def fits(self, kind: str, what: str, marked: str) -> bool:
        """Tell whether it speaks of that mutant."""
        done, pattern = f"{what}\n{marked}", f"(?:{self.what})\n.*{self.where}.*"
        return bool(re.fullmatch(self.kind, kind) and re.fullmatch(pattern, done, re.DOTALL | re.MULTILINE))


# Each is reasoned by hand, and tried on random traffic (tests/alerts/test_mutation_score.py). A survivor without an
# entry counts as one that the tests should have killed. ⟨⟩ stand around what was changed.
EXCUSES: Final = (
    Excuse(
        RATIOS,
        "(service_name|span_name|client|server)!?=[^\n]* is gone",
        r"by \([^)]*\b\1\b[^)]*\) \((?:rate|increase)\(\w+\{[^{}]*⟨",
        KEPT,
    ),
    Excuse(RATIOS, "(client|server)=[^\n]* is gone", r"⟩[^{}]*\}\[\w+\]\)\) by \([^)]*\b\1\b", KEPT),
    Excuse(RATIOS, "another client", "client!=⟨", KEPT),
    Excuse(
        RATIOS,
        "`> 0` is (`>=`|gone)",
        "/ ",
        "0/0 is NaN, which no comparison keeps; where nothing is counted nothing failed, so x/0 does not occur",
    ),
    Excuse(
        RATIOS,
        "20 is 19",
        ">= ⟨20⟩",
        "a full window is stretched by extrapolation: 18 requests read less than 19, and 19 read 20",
    ),
    Excuse("trace_latency", "sum is (avg|max)", r"^\(⟨sum⟩ by \(service_name\) \(rate", READING),
    Excuse("trace_latency", "rate is increase", r"^\(sum by \(service_name\) \(⟨rate⟩", TIMES),
    Excuse(
        "trace_latency", "sum is avg|rate is increase", "histogram_quantile.*⟨", "a quantile minds no common factor"
    ),
    Excuse(
        f"trace_latency|{BURN_KIND}",
        r'le="\+Inf" is gone',
        r"^\(+sum(?: by \(service_name\) )?\(rate",
        "where one grows, the last does",
    ),
    Excuse(
        f"trace_latency|{BURN_KIND}",
        r'le="\+Inf" is gone|`=` is `!=`',
        r"unless on \(\) \([^()]*(?:⟨service|le⟨=⟩)[^()]*unless on",
        "a service has every bucket but the new one, or none",
    ),
    Excuse(
        "trace_throughput_drop",
        "(service_name|span_name)=[^\n]* is gone",
        r":rate\w+\{[^{}]*⟨",
        "the recording has the label, and the other operands, which still select it, drop the rest",
    ),
    Excuse("trace_throughput_drop", r"`\* [^\n]*` is `/`", r"or 0 ⟨\*⟩", "zero times and zero by a rate are both zero"),
    Excuse(f"trace_absent|{BURN_KIND}", "sum is (avg|max)", r"\(⟨sum⟩\(rate", READING),
    Excuse("trace_absent", "max_over_time is avg_over_time", "", READING),
    Excuse(f"trace_absent|{BURN_KIND}", "rate is increase", r"\(sum\(⟨rate", TIMES),
    Excuse(BURN_KIND, "slo=[^\n]* is gone", r"(?:ratio_rate\w+|round\([^()]*)\{⟨", SAME),
    Excuse(BURN_KIND, "slo=[^\n]* is gone", r"sli_errors:\w+\{⟨[^⟩]*⟩\}(?:\[\w+\]\))?\s*/ ", SAME),
    Excuse(BURN_KIND, "slo=[^\n]* is gone", r"/ \((?:sum_over_time\()?slo:sli_total:\w+\{⟨", SAME),
    Excuse(
        BURN_KIND,
        "(service_name|span_name)=[^\n]* is gone",
        r"- on \([^)]*\b\1\b[^)]*\) sum by \([^)]*\) \(rate\(\w+\{⟨",
        "`- on` keeps the label, and what it is taken from, which still selects it, drops the rest",
    ),
    Excuse(BURN_KIND, "on service_name is gone", r"or on \(⟨", "the selection lets one service through, on both sides"),
    Excuse(BURN_KIND, r"left of `\* [\d.]+` is gone", r"> \(⟨1 \*", "once is the same"),
    Excuse(BURN_KIND, "sum is (avg|max)", r"^\(⟨sum⟩ by \(service_name\) \(rate", READING),
    Excuse(BURN_KIND, "rate is increase", r"^\(sum by \(service_name\) \(⟨rate⟩", TIMES),
)


def excuse_of(kind: str, what: str, marked: str) -> str:
    """Return why no data can tell a mutant from its rule; empty when nobody has shown that.

    `what` was done to a rule of that kind, and `marked` is its expression with ⟨⟩ around what was changed.
    """
    return next((excuse.why for excuse in EXCUSES if excuse.fits(kind, what, marked)), "")
