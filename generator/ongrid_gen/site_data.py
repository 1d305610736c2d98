"""From the data of a spec to the site: durations become seconds, sizes bytes, percentages shares."""

from decimal import Decimal
from urllib.parse import urlsplit

from ongrid_gen.model import (
    LISTED,
    Alert,
    Alerting,
    Alertmanager,
    Auth,
    Budget,
    BurnWindow,
    Channel,
    Data,
    Drill,
    Edge,
    Gateway,
    Grafana,
    Heartbeat,
    Images,
    Ingest,
    Inhibition,
    KeptAttribute,
    Limits,
    Maintenance,
    Metrics,
    Notify,
    Privacy,
    Prometheus,
    Route,
    Sampling,
    Scrape,
    Service,
    ServiceSampling,
    Site,
    Slo,
    Suppression,
    TailSampling,
    Tempo,
    Tls,
)
from ongrid_gen.problems import Path
from ongrid_gen.units import parse_duration, parse_size


def site_from(data: Data, *, spec_name: str = "site.yaml") -> Site:
    """Return the site of validated, normalised data (`normalise`); defaults are already filled in."""
    return Site(
        name=data["site"],
        environment=data["environment"],
        labels=data["labels"],
        images=_images(data["images"]),
        services=tuple(_service(index, item) for index, item in enumerate(data["services"])),
        ingest=_ingest(data["ingest"]),
        edges=tuple(
            Edge(("edges", index), item["name"], item["attributes"]) for index, item in enumerate(data["edges"])
        ),
        gateway=_gateway(data["gateway"]),
        privacy=Privacy(**{key: tuple(data["privacy"][key]) for key in ("delete", "mask", "patterns", "keep")}),
        sampling=_sampling(data["sampling"]),
        tempo=_tempo(data["tempo"], data["versions"]),
        metrics=_metrics(data["metrics"]),
        prometheus=_prometheus(data["prometheus"]),
        alertmanager=_alertmanager(data["alertmanager"]),
        grafana=_grafana(data["grafana"], stand_ins=data["images"]["stand_ins"]),
        alerting=_alerting(data["alerting"]),
        alerts=tuple(_alert(index, item) for index, item in enumerate(data["alerts"])),
        slos=tuple(_slo(index, item) for index, item in enumerate(data["slos"])),
        notify=_notify(data["notify"]),
        maintenance=tuple(_maintenance(index, item) for index, item in enumerate(data["maintenance"])),
        queries=data["queries"],
        budget=_budget(data["budget"]),
        drills=tuple(_drill(index, item) for index, item in enumerate(data["drills"])),
        suppress=tuple(
            Suppression(("suppress", index), item["code"], item.get("at", ""), item["until"])
            for index, item in enumerate(data["suppress"])
        ),
        spec_name=spec_name,
        source=data,
    )


def _images(data: Data) -> Images:
    references = {key: value for key, value in data.items() if key not in ("registry", "stand_ins")}
    return Images(data.get("registry"), references, data["stand_ins"])


def _service(index: int, data: Data) -> Service:
    return Service(
        path=("services", index),
        name=data["name"],
        aliases=tuple(data["aliases"]),
        language=data.get("language"),
        version=data.get("version"),
        owner=data.get("owner"),
        operations=tuple(data["operations"]),
        template_ids=data["template_ids"],
    )


def _ingest(data: Data) -> Ingest:
    ports = {key: value for key, value in data.items() if key.endswith("_port")}
    return Ingest(data["listen"], tuple(data["protocols"]), ports, tuple(data["cors"]))


def _gateway(data: Data) -> Gateway:
    return Gateway(
        batch_timeout=parse_duration(data["batch"]["timeout"]),
        batch_size=data["batch"]["size"],
        queue_size=data["queue"]["size"],
        queue_persistent=data["queue"]["persistent"],
        memory=parse_size(data["memory"]),
        max_request=parse_size(data["max_request"]),
        limits=Limits(data["limits"].get("attributes"), data["limits"].get("attribute_bytes")),
        endpoint=data.get("endpoint"),
        listen=data["listen"],
        port=data["port"] if "port" in data else port_of(data.get("endpoint")),
        tls=_tls(data["tls"]) if "tls" in data else None,
        auth=Auth(*next(iter(data["auth"].items()))) if "auth" in data else None,
    )


def _tls(data: Data) -> Tls:
    return Tls(data["certificate"], data["key"], data["ca"], data["clients"])


def port_of(endpoint: str | None) -> int:
    """Return the port of an address, as written or by its scheme; 0 without an address."""
    found = urlsplit(endpoint or "")
    return found.port or {"http": 80, "https": 443}.get(found.scheme, 0)


def _sampling(data: Data) -> Sampling:
    return Sampling(Decimal(str(data["head"]["ratio"])), _tail(data["tail"]) if "tail" in data else None)


def _tail(data: Data) -> TailSampling:
    path: Path = ("sampling", "tail")
    keep = data["keep"]
    return TailSampling(
        wait=parse_duration(data["wait"]),
        traces=data.get("traces"),
        errors=keep["errors"],
        slower_than=_optional_duration(keep, "slower_than"),
        attributes=tuple(
            KeptAttribute((*path, "keep", "attributes", index), item["key"], tuple(item["values"]))
            for index, item in enumerate(keep["attributes"])
        ),
        percent=Decimal(str(keep["percent"])),
        spans_per_second=keep.get("spans_per_second"),
        services=tuple(
            ServiceSampling(
                path=(*path, "services", index),
                service=item["service"],
                slower_than=_optional_duration(item, "slower_than"),
                percent=Decimal(str(item["percent"])) if "percent" in item else None,
                spans_per_second=item.get("spans_per_second"),
            )
            for index, item in enumerate(data["services"])
        ),
    )


def _optional_duration(data: Data, key: str) -> Decimal | None:
    return parse_duration(data[key]) if key in data else None


def _tempo(data: Data, versions: Data) -> Tempo:
    return Tempo(
        dialect=versions["tempo"],
        retention=parse_duration(data["retention"]),
        backend=data["storage"]["backend"],
        storage={key: value for key, value in data["storage"].items() if key != "backend"},
        memory=parse_size(data["memory"]),
        port=data["port"],
        disk=parse_size(data["disk"]),
    )


def _metrics(data: Data) -> Metrics:
    return Metrics(
        interval=parse_duration(data["interval"]),
        dimensions=tuple(data["dimensions"]),
        size=data["size"],
        exemplars=data["exemplars"],
        graph_dimensions=tuple(data["service_graph"]["dimensions"]),
        messaging_latency=data["service_graph"]["messaging_latency"],
        max_active_series=data["max_active_series"],
        buckets=tuple(sorted(Decimal(str(bound)) for bound in data["buckets"])) if "buckets" in data else None,
    )


def _prometheus(data: Data) -> Prometheus:
    return Prometheus(
        retention=parse_duration(data["retention"]),
        memory=parse_size(data["memory"]),
        port=data["port"],
        disk=parse_size(data["disk"]),
        scrape=tuple(_scrape(index, item) for index, item in enumerate(data["scrape"])),
    )


def _scrape(index: int, data: Data) -> Scrape:
    return Scrape(
        path=("prometheus", "scrape", index),
        job=data["job"],
        targets=tuple(data["targets"]),
        metrics_path=data["path"],
        labels=data["labels"],
        metrics=tuple(data["metrics"]) if "metrics" in data else None,
    )


def _alertmanager(data: Data) -> Alertmanager:
    url = data.get("url", f"http://localhost:{data['port']}").rstrip("/")
    return Alertmanager(parse_size(data["memory"]), data["port"], url)


def _grafana(data: Data, *, stand_ins: bool) -> Grafana:
    return Grafana(
        enabled=data["enabled"] and not stand_ins,
        memory=parse_size(data["memory"]),
        port=data["port"],
        url=data.get("url", f"http://localhost:{data['port']}").rstrip("/"),
    )


def _alerting(data: Data) -> Alerting:
    return Alerting(
        style=data["style"],
        interval=parse_duration(data["interval"]),
        query_offset=parse_duration(data["query_offset"]),
        runbooks=data["runbooks"].rstrip("/") if "runbooks" in data else None,
    )


SHARED = frozenset(
    {"name", "kind", "scope_type", "conditions_json", "severity", "service", "window", "for", "keep_firing_for",
     "labels", "summary"}
)  # fmt: skip


def _alert(index: int, data: Data) -> Alert:
    return Alert(
        path=("alerts", index),
        name=data["name"],
        kind=data["kind"],
        severity=data["severity"],
        service=data.get("service"),
        window=parse_duration(data["window"]),
        for_=parse_duration(data["for"]),
        keep_firing_for=parse_duration(data["keep_firing_for"]),
        labels=data["labels"],
        summary=data.get("summary"),
        params={key: value for key, value in data.items() if key not in SHARED},
        nested=frozenset(envelope)
        if isinstance(envelope := data.get("conditions_json", {}), dict)
        else frozenset({LISTED}),
    )


def _slo(index: int, data: Data) -> Slo:
    path: Path = ("slos", index)
    return Slo(
        path=path,
        name=data["name"],
        service=data["service"],
        operation=data.get("operation"),
        span_kind=tuple(data["span_kind"]),
        objective=Decimal(str(data["objective"])) / 100,
        sli=data["sli"],
        threshold=Decimal(str(data["threshold_ms"])) / 1000 if "threshold_ms" in data else None,
        period=parse_duration(data["period"]),
        min_errors=data["min_errors"],
        windows=tuple(_burn_window((*path, "windows", place), item) for place, item in enumerate(data["windows"])),
        page_for=parse_duration(data["page_for"]),
        ticket_for=parse_duration(data["ticket_for"]),
        labels=data["labels"],
    )


def _burn_window(path: Path, data: Data) -> BurnWindow:
    budget = Decimal(str(data["budget_pct"])) / 100
    return BurnWindow(path, data["tier"], parse_duration(data["long"]), parse_duration(data["short"]), budget)


def _maintenance(index: int, data: Data) -> Maintenance:
    return Maintenance(
        path=("maintenance", index),
        name=data["name"],
        weekdays=tuple(data.get("weekdays", ())),
        begin=data["from"],
        end=data["to"],
        timezone=data["timezone"],
        match=data["match"],
    )


def _budget(data: Data) -> Budget:
    return Budget(
        requests_per_second=data.get("requests_per_second"),
        spans_per_request=data["spans_per_request"],
        bytes_per_span=data["bytes_per_span"],
        stored_spans_per_day=data.get("stored_spans_per_day"),
        stored_bytes=parse_size(data["stored_bytes"]) if "stored_bytes" in data else None,
        series=data.get("series"),
    )


def _channel(index: int, data: Data) -> Channel:
    settings = {key: value for key, value in data.items() if key not in ("name", "type", "send_resolved")}
    return Channel(("notify", "channels", index), data["name"], data["type"], data["send_resolved"], settings)


def _notify(data: Data) -> Notify:
    heartbeat = data.get("heartbeat")
    return Notify(
        channels=tuple(_channel(index, item) for index, item in enumerate(data["channels"])),
        routes=tuple(
            Route(
                ("notify", "routes", index),
                item["channel"],
                {**({"severity": item["severity"]} if "severity" in item else {}), **item["match"]},
                tuple(item["group_by"]) if "group_by" in item else None,
                parse_duration(item["repeat"]) if "repeat" in item else None,
            )
            for index, item in enumerate(data["routes"])
        ),
        default=data.get("default"),
        group_by=tuple(data["group_by"]),
        group_wait=parse_duration(data["group_wait"]),
        group_interval=parse_duration(data["group_interval"]),
        repeat=parse_duration(data["repeat"]),
        heartbeat=heartbeat
        and Heartbeat(("notify", "heartbeat"), heartbeat["channel"], parse_duration(heartbeat["interval"])),
        inhibit=tuple(
            Inhibition(("notify", "inhibit", index), item["source"], item["target"], tuple(item.get("equal", ())))
            for index, item in enumerate(data["inhibit"])
        ),
    )


def _drill(index: int, data: Data) -> Drill:
    send, expect = data["send"], data["expect"]
    return Drill(
        path=("drills", index),
        service=send["service"],
        operation=send["operation"],
        client=send.get("client"),
        duration=parse_duration(send["duration"]),
        rate=send["rate"],
        error_percent=Decimal(str(send["error_percent"])),
        firing=tuple(expect["firing"]),
        quiet=tuple(expect["quiet"]),
        before_rate=send["before"]["rate"] if "before" in send else 0,
        before_for=parse_duration(send["before"]["for"]) if "before" in send else Decimal(0),
    )
