"""A Grafana of somebody else's: the datasources, under names and UIDs that are the site's own."""

from typing import Final

from ongrid_gen.components import datasources
from ongrid_gen.components.base import Tree, yaml_file
from ongrid_gen.components.theirs import pages
from ongrid_gen.components.ways import secret_path, secrets_for, url_for_them
from ongrid_gen.conventions import ALERTMANAGER_HOST, EXTERNAL, GRAFANA_HOST, LOKI_HOST, PROMETHEUS_HOST, TEMPO_HOST
from ongrid_gen.model import Site

NAME: Final = GRAFANA_HOST
FOLDER: Final = f"{EXTERNAL}/{NAME}"


def files(site: Site) -> Tree:
    """Return the provisioning and the page. It is nobody's default: others are there too."""
    data = {"apiVersion": 1, "datasources": datasources.listed(site)}
    names = [PROMETHEUS_HOST, TEMPO_HOST, *([LOKI_HOST] if site.logs else []), ALERTMANAGER_HOST]
    asked = [f"{name}: `{url_for_them(site, name)}`" for name in names]
    files = [file for name in names if not site.owns(name) for file in secrets_for(site.external[name])]
    secrets = [f"`{file}` as `{secret_path(file)}`" for file in dict.fromkeys(files)]
    about = pages.pages(
        NAME, site, asked=pages.listed(asked), secrets=pages.listed(secrets or ["none"]), file=file_name(site)
    )
    return {f"{FOLDER}/provisioning/datasources/{file_name(site)}": yaml_file(data, site), **about}


def file_name(site: Site) -> str:
    """Return the name of the file in their folder."""
    return f"{site.name}.yaml"
