"""Where the sink listens: on the address by which containers reach this machine, never on every address."""

import pytest

from ongrid_gen.drill.sink import bridge_address


@pytest.mark.parametrize(
    "network",
    [
        {"Subnet": "172.17.0.0/16", "Gateway": "172.17.0.1"},
        {"Subnet": "172.17.0.0/16"},
        {"Subnet": "172.17.0.0/16", "Gateway": ""},
    ],
)
def test_the_bridge_is_found_also_when_docker_does_not_tell_its_address(network: dict[str, str]) -> None:
    assert bridge_address(network) == "172.17.0.1"
