"""Which images a bundle needs, and getting them: pulled, or built as stand-ins where no registry answers."""

from collections.abc import Callable, Iterator
from typing import Any

from ongrid_gen import standins
from ongrid_gen.components import agent, compose
from ongrid_gen.components.images import BUSYBOX
from ongrid_gen.errors import CommandError
from ongrid_gen.model import Site
from ongrid_gen.runtime import docker

Say = Callable[[str], None]
PROBE_TIMEOUT = 45.0
PULL_TIMEOUT = 900.0


def wanted(site: Site) -> list[str]:
    """Return every image reference of the bundle, sorted."""
    return sorted({service["image"] for service in compose_services(site)})


def compose_services(site: Site) -> Iterator[dict[str, Any]]:
    """Yield every compose service of the centre and of the edges."""
    yield from compose.services(site).values()
    for edge in site.edges:
        yield from agent.compose(site, edge, {})["services"].values()


def missing(site: Site) -> list[str]:
    """Return the references that are not on this machine."""
    return [reference for reference in wanted(site) if not docker.has_image(reference)]


def registry_answers(site: Site) -> bool:
    """Tell whether the official images can be had: all are here already, or the smallest one can be pulled."""
    if not missing(site):
        return True
    reference = BUSYBOX.reference(site.images)
    return (
        docker.has_image(reference)
        or docker.attempt("pull", "--quiet", reference, timeout=PROBE_TIMEOUT).returncode == 0
    )


def provide(site: Site, say: Say) -> None:
    """Make every image of the bundle present. CommandError when one cannot be had, with what to do."""
    if site.images.stand_ins:
        build(say)  # what is there and as its recipe says is not built again
        lacking = missing(site)
        if lacking:
            raise CommandError(f"no stand-in image for {', '.join(lacking)}")
        return
    for reference in missing(site):
        say(f"pulling {reference}")
        try:
            docker.run("pull", "--quiet", reference, timeout=PULL_TIMEOUT)
        except docker.DockerError as error:
            raise CommandError(
                f"{error}\n  no image registry answers, or it does not have this image: set `images.registry` to a "
                "mirror you can reach, or add --stand-ins to build what can be built from published packages"
            ) from None


def build(say: Say) -> None:
    """Build the stand-in images that are missing or not as their recipe says; then say what cannot be had."""
    try:
        built = standins.build(list(standins.STAND_INS), say)
    except standins.StandInError as error:
        raise CommandError(str(error)) from None
    for name, why in standins.UNAVAILABLE.items() if built else ():
        say(f"{name}: no stand-in ({why}); the stack runs without it")
