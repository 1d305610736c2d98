"""An Alertmanager of somebody else's: the site's own branch of the route tree, and what it names.

Nothing in it touches alerts of others: the branch and every inhibition ask for the site's label, and the names of
receivers and of time intervals begin with the site's.
"""

from collections.abc import Mapping
from typing import Any, Final

from ongrid_gen.components import alertmanager as own
from ongrid_gen.components import routes
from ongrid_gen.components.base import Tree, yaml_file
from ongrid_gen.components.theirs import pages
from ongrid_gen.components.ways import secret_path
from ongrid_gen.conventions import ALERTMANAGER_HOST, EXTERNAL, SITE
from ongrid_gen.model import Site

Config = dict[str, Any]

NAME: Final = ALERTMANAGER_HOST
FOLDER: Final = f"{EXTERNAL}/{NAME}"
CONFIG: Final = f"{FOLDER}/alertmanager.yaml"
# Keys of a route whose values are names: of a receiver, of time intervals.
RECEIVER: Final = "receiver"
INTERVALS: Final = "mute_time_intervals"


def files(site: Site) -> Tree:
    """Return the branch, the texts of the channels, and the page."""
    texts = {
        f"{FOLDER}/{path}": text
        for name, text in own.texts(site).items()
        for path in [f"templates/{name.rpartition('/')[2]}"]
    }
    secrets = [f"`secrets/{file.rpartition('/')[2]}` as `{secret_path(file)}`" for file in own.secrets(site)]
    about = pages.pages(NAME, site, secrets=pages.listed(secrets or ["none: no channel has any"]))
    return {CONFIG: yaml_file(config(site), site), **texts, **about}


def config(site: Site) -> Config:
    """Return the site's branch as a whole configuration, so that it can be checked and used as it is."""
    ours = own.config(site)
    of_site = routes.matchers({SITE: site.name})
    nobody = called(site, routes.NOBODY)
    receivers = [{**one, "name": called(site, one["name"])} for one in ours["receivers"]]
    if nobody not in [one["name"] for one in receivers]:
        receivers.append({"name": nobody})
    intervals = [{**one, "name": called(site, one["name"])} for one in ours.get("time_intervals", ())]
    branch = {"matchers": of_site, **renamed(site, ours["route"])}
    return {
        **({"templates": [f"{site.name}/templates/*.tmpl"]} if "templates" in ours else {}),
        "route": {RECEIVER: nobody, "routes": [branch]},
        "inhibit_rules": [
            {**rule, **{side: [*of_site, *rule[side]] for side in ("source_matchers", "target_matchers")}}
            for rule in ours["inhibit_rules"]
        ],
        **({"time_intervals": intervals} if intervals else {}),
        "receivers": receivers,
    }


def called(site: Site, name: str) -> str:
    """Return a name as it is among those of others."""
    return f"{site.name}/{name}"


def renamed(site: Site, route: Mapping[str, Any]) -> Config:
    """Return a route, and those below it, with the names that receivers and intervals have among others'."""
    found = dict(route)
    if RECEIVER in found:
        found[RECEIVER] = called(site, found[RECEIVER])
    if INTERVALS in found:
        found[INTERVALS] = [called(site, name) for name in found[INTERVALS]]
    if "routes" in found:
        found["routes"] = [renamed(site, one) for one in found["routes"]]
    return found
