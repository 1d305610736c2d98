"""Which labels Loki has, by its own configuration."""

import shutil
from pathlib import Path

from fault_list import BUNDLE

from ongrid_gen.bundle.contracts.linked_label import log_labels
from ongrid_gen.bundle.files import read_bundle
from ongrid_gen.bundle.wiring import Wiring

LOKI = """
  loki:
    image: grafana/loki:3.7.8
    command: [-config.file=/etc/loki/loki.yaml]
    volumes: [./loki:/etc/loki:ro]
    networks: [inside]
"""
CONFIG = """
schema_config: {configs: []}
limits_config:
  otlp_config:
    resource_attributes:
      ignore_defaults: %s
      attributes_config:
      - {action: index_label, attributes: [device.id]}
      - {action: structured_metadata, attributes: [service.version]}
"""


def labels(folder: Path, ignore: str) -> frozenset[str]:
    """Return the labels of a bundle with a Loki in it."""
    shutil.copytree(BUNDLE, folder)
    compose = folder / "compose.yaml"
    compose.write_text(
        compose.read_text(encoding="utf-8").replace("\nservices:\n", f"\nservices:{LOKI}", 1), encoding="utf-8"
    )
    (folder / "loki").mkdir()
    (folder / "loki" / "loki.yaml").write_text(CONFIG % ignore, encoding="utf-8")
    return log_labels(Wiring(read_bundle(folder)))


def test_only_what_is_named_is_a_label_when_the_defaults_are_ignored(tmp_path: Path) -> None:
    assert labels(tmp_path / "bundle", "true") == {"device_id"}


def test_what_is_named_is_a_label_beside_the_defaults(tmp_path: Path) -> None:
    found = labels(tmp_path / "bundle", "false")
    assert {"device_id", "service_name"} <= found
    assert "service_version" not in found
