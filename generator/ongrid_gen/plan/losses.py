"""What data a change loses, or leaves where nobody finds it any more: one function per rule."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Set
from decimal import Decimal
from typing import Final

from ongrid_gen.conventions import GATEWAY_HOST, GRAFANA_HOST, PROMETHEUS_HOST, SIZE, TEMPO_HOST
from ongrid_gen.plan.base import Loss
from ongrid_gen.plan.kept import Kept, Labels, Record
from ongrid_gen.promql import is_same
from ongrid_gen.series import as_label
from ongrid_gen.units import format_duration, plain

MOST: Final = 4
Rule = Callable[[Kept, Kept], Iterator[Loss]]


def losses(before: Kept, after: Kept) -> tuple[Loss, ...]:
    """Return everything that is lost on the way from one to the other; where nothing was, nothing is."""
    if not before.project:
        return ()
    return tuple(loss for rule in LOSSES for loss in rule(before, after))


def retention(before: Kept, after: Kept) -> Iterator[Loss]:
    """What is older than the new retention is deleted, and stays so when the old one is put back."""
    for key, old in before.retention.items():
        new = after.retention.get(key, old)
        if new is not None and (old is None or new < old):
            component = key.split(".", maxsplit=1)[0]
            what = "traces" if component == TEMPO_HOST else "series"
            over = "what is over" if key.endswith("size") else f"{what} older than"
            then = f"{over} {amount(key, new)} {'is' if key.endswith('size') else 'are'} deleted"
            yield Loss("retention", component, f"{key} shrinks from {amount(key, old)} to {amount(key, new)}: {then}")


def amount(key: str, value: Decimal | None) -> str:
    """Return a retention in words."""
    if value is None:
        return "no limit"
    return f"{plain(value)} bytes" if key.endswith("size") else format_duration(value)


def volume(before: Kept, after: Kept) -> Iterator[Loss]:
    """A container that mounts another volume begins with an empty disk; the old volume stays, unread."""
    if before.project != after.project:
        left = named(sorted(before.volumes.values()), most=len(before.volumes))
        message = (
            f"the site is another compose project, `{after.project}` instead of `{before.project}`: it begins with "
            f"empty volumes, and these stay behind: {left}"
        )
        yield Loss("volume", "all", message)
        return
    for (component, folder), old in before.volumes.items():
        new = after.volumes.get((component, folder))
        if new == old:
            continue
        now = f"`{new}` is mounted in its place" if new else "nothing mounts it any more"
        message = f"the volume `{old}` at `{folder}` stays behind with what is on it: {now}"
        yield Loss("volume", component, message)


def folder(before: Kept, after: Kept) -> Iterator[Loss]:
    """A program that looks for its data elsewhere on the volume does not find it."""
    for (component, setting), old in before.folders.items():
        new = after.folders.get((component, setting), old)
        if new != old:
            message = f"{setting} moves from `{old}` to `{new}`: what was written to `{old}` is not read any more"
            yield Loss("folder", component, message)


def storage(before: Kept, after: Kept) -> Iterator[Loss]:
    """Tempo that writes to another place reads from there only."""
    if before.stored and after.stored and before.stored != after.stored:
        message = (
            f"traces are kept in {after.stored} instead of {before.stored}: what is there already stays, is not found "
            "any more, and is not deleted when its time is over"
        )
        yield Loss("storage", TEMPO_HOST, message)


def sampling(before: Kept, after: Kept) -> Iterator[Loss]:
    """Who looks for a trace that no policy keeps finds none; and another program that counts begins at zero."""
    if after.sampled and not before.sampled:
        message = "traces are sampled from now on: those that `sampling.tail` does not keep are not stored"
        yield Loss("sampling", GATEWAY_HOST, message)
    if before.generator and after.generator and after.generator != before.generator:
        message = (
            f"`{after.generator}` counts from now on, not `{before.generator}`: every generated series begins anew, "
            "and those of before end"
        )
        yield Loss("generator", after.generator, message)


def label(before: Kept, after: Kept) -> Iterator[Loss]:
    """Whoever asks for a label that is gone finds the old series only."""
    if before.generated is None or after.generated is None:
        return
    pairs = (
        ("span metrics", before.generated.dimensions, after.generated.dimensions),
        ("the service graph", before.generated.graph_dimensions, after.generated.graph_dimensions),
    )
    for what, old, new in pairs:
        gone = sorted({as_label(one) for one in old} - {as_label(one) for one in new})
        if gone:
            message = (
                f"{what} lose {labels_text(gone)}: the series begin anew without, and rules, dashboards and saved "
                f"queries that ask for {'it' if len(gone) == 1 else 'them'} find history only"
            ).replace("the service graph lose ", "the service graph loses ")
            yield Loss("label", TEMPO_HOST, message)
    if before.sizes and not after.sizes:
        yield Loss("series", TEMPO_HOST, f"`{SIZE}` is not generated any more: its history ends")


def labels_text(names: list[str]) -> str:
    """Return labels in words."""
    return f"the label{'s' if len(names) > 1 else ''} {named(names)}"


def bound(before: Kept, after: Kept) -> Iterator[Loss]:
    """A bucket that is not counted any more ends; quantiles over both sides mix two sets of buckets."""
    if before.generated is None or after.generated is None:
        return
    gone = sorted(set(before.generated.bounds) - set(after.generated.bounds))
    if gone:
        listed = named([f'le="{plain(one)}"' for one in gone])
        message = (
            f"the bucket{'s' if len(gone) > 1 else ''} {listed} (seconds) end{'' if len(gone) > 1 else 's'}: queries "
            "that name one find history only, and quantiles over a time with both are rougher"
        )
        yield Loss("bound", TEMPO_HOST, message)


def external(before: Kept, after: Kept) -> Iterator[Loss]:
    """Another external label is another series: history splits at this moment."""
    old_series = before.generated.external if before.generated else {}
    new_series = after.generated.external if after.generated else {}
    parts = (
        (TEMPO_HOST, old_series, new_series, "every generated series begins anew, and history splits here"),
        (PROMETHEUS_HOST, before.external, after.external,
         "alerts are others to Alertmanager: what fires is notified again, silences on the old value match nothing"),
    )  # fmt: skip
    for component, old, new, then in parts:
        changed = [difference(name, old, new) for name in sorted(old.keys() | new.keys())
                   if str(old.get(name)) != str(new.get(name))]  # fmt: skip
        if changed:
            yield Loss("external_label", component, f"external labels change ({', '.join(changed)}): {then}")


def difference(name: str, old: Mapping[str, object], new: Mapping[str, object]) -> str:
    """Return how a label differs."""
    if name not in old:
        return f"`{name}: {new[name]}` is new"
    return f"`{name}` is gone" if name not in new else f"`{name}: {old[name]}` becomes `{new[name]}`"


def job(before: Kept, after: Kept) -> Iterator[Loss]:
    """A job that is gone is scraped no more; other labels on its targets make other series."""
    for name, old in before.jobs.items():
        if name not in after.jobs:
            yield Loss("scrape", PROMETHEUS_HOST, f"the job `{name}` is not scraped any more: its series end")
        elif after.jobs[name] != old:
            yield Loss("scrape", PROMETHEUS_HOST, f"the job `{name}` has other labels: its series begin anew")


def record(before: Kept, after: Kept) -> Iterator[Loss]:
    """What a rule recorded under a name that is gone ends; the history of an SLO's budget is what it recorded."""
    left = {slo for slo, _, _ in after.records}
    for slo, names in by_slo(before.records.keys() - after.records.keys()):
        if not slo:
            message = f"not recorded any more: {named(names)}; what asks for it finds history only"
        elif slo in left:
            message = f"the SLO `{slo}` does not record any more: {named(names)}; the history of these ends"
        else:
            message = (
                f"the SLO `{slo}` records nothing any more ({named(names)}): the history of its budget ends, and under "
                "another name it begins anew"
            )
        yield Loss("record", PROMETHEUS_HOST, message)


def redefined(before: Kept, after: Kept) -> Iterator[Loss]:
    """A record that is reckoned otherwise keeps its name: its history means something else than what comes."""
    same = before.records.keys() & after.records.keys()
    for slo, names in by_slo({one for one in same if not is_same(before.records[one], after.records[one])}):
        if slo:
            message = (
                f"the SLO `{slo}` reckons otherwise what it records ({named(names)}): until its windows are past this "
                "moment, burn rates and budget mix both"
            )
        else:
            message = f"reckoned otherwise from now on: {named(names)}; what is recorded already stays as it was"
        yield Loss("redefined", PROMETHEUS_HOST, message)


def by_slo(records: Set[Record]) -> list[tuple[str, list[str]]]:
    """Return the names of records, by the SLO that they are of; those of none by the whole series."""
    found: dict[str, list[str]] = defaultdict(list)
    for slo, name, labels in sorted(records):
        found[slo].append(name if slo else written(name, labels))
    return sorted(found.items())


def written(name: str, labels: Labels) -> str:
    """Return a recorded series as PromQL names it."""
    inside = ",".join(f'{key}="{value}"' for key, value in labels)
    return f"{name}{{{inside}}}" if inside else name


def alert(before: Kept, after: Kept) -> Iterator[Loss]:
    """History, silences and links know an alert by its name."""
    gone, new = sorted(before.alerts - after.alerts), sorted(after.alerts - before.alerts)
    if gone:
        instead = f" (new: {named(new)})" if new else ""
        message = f"alerts are gone: {named(gone)}{instead}; what fires of them resolves, and silences, links and " \
                  "queries of `ALERTS` that name them match nothing new"  # fmt: skip
        yield Loss("alert", PROMETHEUS_HOST, message)


def datasource(before: Kept, after: Kept) -> Iterator[Loss]:
    """Dashboards and links know a datasource by its UID."""
    for name, old in before.datasources.items():
        if not after.datasources:
            return  # Grafana itself is gone; its volume says so
        new = after.datasources.get(name)
        if new == old:
            continue
        now = f"has the UID `{new}` instead of `{old}`" if new else f"(UID `{old}`) is deleted from Grafana"
        message = f"the datasource `{name}` {now}: dashboards, alerts and links of people that use the old one break"
        yield Loss("datasource", GRAFANA_HOST, message)


def named(names: list[str], most: int = MOST) -> str:
    """Return names in words; of many the first ones."""
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(f"`{name}`" for name in names[:most]) + rest


LOSSES: Final[tuple[Rule, ...]] = (
    retention, volume, folder, storage, sampling, label, bound, external, job, record, redefined, alert, datasource,
)  # fmt: skip
