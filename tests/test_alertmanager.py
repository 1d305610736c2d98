"""Who hears of what, as Alertmanager itself answers: routes, maintenance windows, inhibitions, the heartbeat."""

import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.conftest import has_image
from ongrid_gen.checks.window_overlap import MOST
from ongrid_gen.components import alertmanager, routes
from ongrid_gen.components.images import ALERTMANAGER
from ongrid_gen.components.intervals import time_interval
from ongrid_gen.conventions import KIND, SELF_KIND, WATCHDOG
from ongrid_gen.model import Maintenance, Site
from ongrid_gen.routing import alert_rules, channels, known_labels, takes
from support import lacking, site_of

HEAD = """
version: 1
site: demo
services: [{name: payments-api, owner: team-a}, {name: shop-web}]
alerts:
  - {name: Slow, kind: trace_latency, service: payments-api, threshold_ms: 800, severity: critical}
  - {name: Errors, kind: trace_error_rate, service: payments-api, threshold_pct: 5, labels: {team: '{{ "x" }} $a'}}
  - {name: Dependency, kind: service_dependency_error_rate, threshold_ratio: 0.05}
"""
NOTIFY = """
notify:
  channels:
    - {name: one, type: webhook, url_file: secrets/one.url}
    - {name: two, type: webhook, url_file: secrets/two.url}
    - {name: three, type: webhook, url_file: secrets/three.url}
  routes:
    - {channel: one, severity: critical}
    - {channel: two, match: {service: a}, repeat: 1h, group_by: [alertname]}
    - {channel: three, match: {service: a, severity: warning}}
    - {channel: one, match: {team: '{{ "x" }} $a'}}
  default: two
  heartbeat: {channel: three, interval: 2m}
"""
MAINTENANCE = """
maintenance:
  - {name: by-service, from: "02:00", to: "04:00", match: {service: a}}
  - {name: by-severity, from: "03:00", to: "05:00", match: {severity: critical}}
  - {name: by-both, from: "23:00", to: "01:00", match: {service: a, severity: critical}}
  - {name: by-other, from: "02:00", to: "04:00", match: {service: b}}
  - {name: by-team, from: "02:00", to: "04:00", match: {team: '{{ "x" }} $a', service: b}}
"""
EVERYTHING = MAINTENANCE + '  - {name: everything, from: "06:00", to: "07:00"}\n'
WINDOWS = {"no window": "", "windows": MAINTENANCE, "windows, one for everything": EVERYTHING}
BEAT = {"alertname": WATCHDOG, KIND: SELF_KIND, "severity": "none", "service": "a"}
LABELS = st.fixed_dictionaries(
    {"alertname": st.sampled_from(["Slow", "Errors", WATCHDOG])},
    optional={
        "service": st.sampled_from(["a", "b", "c"]),
        "severity": st.sampled_from(["critical", "warning", "info"]),
        "team": st.sampled_from(['{{ "x" }} $a', "other"]),
    },
)


@pytest.fixture(scope="module", params=list(WINDOWS))
def site(request: pytest.FixtureRequest) -> Site:
    return site_of(HEAD + NOTIFY + WINDOWS[request.param])


@pytest.fixture(scope="module")
def config(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("alertmanager") / "alertmanager.yaml"
    path.write_text(alertmanager.files(site)[alertmanager.CONFIG], encoding="utf-8")
    return path


def program(folder: Path) -> tuple[list[str], Path]:
    """Return the command of amtool and where it sees a folder: the program on PATH, or the one in an image."""
    if shutil.which("amtool"):
        return ["amtool"], folder
    image = next((one for one in (ALERTMANAGER.official, ALERTMANAGER.stand_in) if one and has_image(one)), None)
    if image is None:
        lacking(f"no amtool: put it on PATH, or pull or build {ALERTMANAGER.official}")
    mount = Path("/config")
    run = ["docker", "run", "--rm", "--network=none", f"--volume={folder}:{mount}:ro", "--user=0:0"]
    return [*run, "--entrypoint=/bin/amtool", str(image)], mount


def amtool(config: Path, labels: Mapping[str, str]) -> list[str]:
    """Ask Alertmanager's own program who hears of an alert with these labels."""
    command, folder = program(config.parent)
    pairs = [f"{name}={yaml_string(value)}" for name, value in labels.items()]
    command += ["config", "routes", "test", f"--config.file={folder / config.name}", *pairs]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip().split(",")


def yaml_string(value: str) -> str:
    """Return a label value as amtool reads it."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.mark.engine
@settings(max_examples=25, deadline=None)
@given(labels=LABELS)
def test_we_answer_as_alertmanager_does_with_and_without_windows(
    site: Site, config: Path, labels: dict[str, str]
) -> None:
    assert channels(labels, site) == amtool(config, labels)


@pytest.mark.engine
def test_only_the_heartbeat_hears_the_alert_that_always_fires(config: Path) -> None:
    assert [routes.HEARTBEAT] == amtool(config, BEAT)


@pytest.mark.engine
def test_without_a_heartbeat_nobody_does(config: Path, tmp_path: Path) -> None:
    path = tmp_path / config.name
    quiet = site_of(HEAD + NOTIFY.replace("  heartbeat: {channel: three, interval: 2m}\n", "") + EVERYTHING)
    path.write_text(alertmanager.files(quiet)[alertmanager.CONFIG], encoding="utf-8")
    assert [routes.NOBODY] == amtool(path, BEAT)


def visited(node: Mapping[str, Any], labels: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """Return the nodes that notify, as Alertmanager walks (dispatch/route.go): what the tests before prove of it."""
    wanted = dict(matcher.split("=", 1) for matcher in node.get("matchers", ()))
    if not all(labels.get(name) == yaml.safe_load(value) for name, value in wanted.items()):
        return []
    found: list[Mapping[str, Any]] = []
    for child in node.get("routes", ()):
        below = visited(child, labels)
        found += below
        if below and not child.get("continue", False):
            break
    return found or [node]


@settings(max_examples=200, deadline=None)
@given(labels=LABELS)
def test_every_node_an_alert_comes_to_is_mute_in_exactly_the_windows_that_find_it(
    site: Site, labels: dict[str, str]
) -> None:
    expected = {window.name for window in site.maintenance if takes(window.match, labels)}
    nodes = visited(routes.root(site), labels)
    assert all(expected == set(node.get("mute_time_intervals", ())) for node in nodes)


def test_no_window_mutes_the_heartbeat(site: Site) -> None:
    (node,) = visited(routes.root(site), BEAT)
    assert "mute_time_intervals" not in node


def test_a_node_is_told_from_every_other_by_its_way_or_its_receiver(site: Site) -> None:
    """Alertmanager remembers what it sent by the matchers on the way and the receiver, not by place."""
    keys = list(ways(routes.root(site), (), ""))
    assert len(keys) == len(set(keys))


def ways(node: Mapping[str, Any], way: tuple[Any, ...], receiver: str) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Yield the matchers from the root to each node, and who hears there."""
    here = (*way, tuple(sorted(node.get("matchers", ()))))
    receiver = node.get("receiver", receiver)
    yield here, receiver
    for child in node.get("routes", ()):
        yield from ways(child, here, receiver)


def test_many_windows_of_services_make_one_copy_each() -> None:
    names = [f"s{number}" for number in range(MOST - 1)]
    lines = [f'  - {{name: w-{name}, from: "02:00", to: "04:00", match: {{service: {name}}}}}\n' for name in names]
    tree = routes.root(site_of(HEAD + NOTIFY + "maintenance:\n" + "".join(lines)))
    assert len(names) == len(tree["routes"][1]["routes"]) - 4


def window(begin: str, end: str, weekdays: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return the intervals of one window."""
    found = time_interval(Maintenance((), "w", weekdays, begin, end, "Asia/Seoul", {}))["time_intervals"]
    assert all(one["location"] == "Asia/Seoul" for one in found)
    return [{key: value for key, value in one.items() if key != "location"} for one in found]


def test_a_window_within_a_day_is_one_interval() -> None:
    assert [{"times": [{"start_time": "02:00", "end_time": "04:00"}]}] == window("02:00", "04:00")
    assert [{"times": [{"start_time": "00:00", "end_time": "24:00"}]}] == window("00:00", "24:00")


def test_a_window_across_midnight_goes_on_the_days_after() -> None:
    assert [
        {"times": [{"start_time": "23:00", "end_time": "24:00"}], "weekdays": ["sunday", "friday"]},
        {"times": [{"start_time": "00:00", "end_time": "02:00"}], "weekdays": ["monday", "saturday"]},
    ] == window("23:00", "02:00", ("sunday", "friday"))


def test_a_window_that_ends_at_midnight_has_no_second_part() -> None:
    assert [{"times": [{"start_time": "22:00", "end_time": "24:00"}]}] == window("22:00", "00:00")
    after = [{"times": [{"start_time": "00:00", "end_time": "02:00"}], "weekdays": ["monday"]}]
    assert after == window("24:00", "02:00", ("sunday",))


def test_the_heartbeat_repeats_sooner_than_it_is_asked() -> None:
    beat = routes.heartbeat(site_of(HEAD + NOTIFY))
    assert ("2m", "1m") == (beat["group_interval"], beat["repeat_interval"])


def test_the_heartbeat_tells_no_end() -> None:
    found = {one["name"]: one for one in alertmanager.config(site_of(HEAD + NOTIFY))["receivers"]}
    assert found[routes.HEARTBEAT]["webhook_configs"][0]["send_resolved"] is False
    assert found["three"]["webhook_configs"][0]["send_resolved"] is True


def test_a_label_that_only_the_firing_alert_knows_does_not_count() -> None:
    site = site_of(HEAD + NOTIFY)
    known = {rule.name: known_labels(rule, site) for rule in alert_rules(site)}
    assert "service" not in known["Dependency"]
    assert '{{ "x" }} $a' == known["Errors"]["team"]
    assert ["two"] == channels(known["Dependency"], site)
    assert ["one"] == channels(known["Errors"], site)
