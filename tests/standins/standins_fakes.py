"""An engine that only writes down what it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ongrid_gen.standins import StandInError


@dataclass
class FakeEngine:
    """Holds images as name → labels."""

    images: dict[str, Mapping[str, str]] = field(default_factory=dict)
    built: dict[str, Mapping[str, str]] = field(default_factory=dict)
    smoke_fails: bool = False

    def image_label(self, image: str, label: str) -> str | None:
        return self.images.get(image, {}).get(label)

    def build_image(self, context: Path, labels: Mapping[str, str]) -> str:
        assert sorted(path.name for path in context.iterdir()) == ["Dockerfile", "rootfs.tar"]
        self.built["id-1"] = labels
        return "id-1"

    def smoke_test(self, image_id: str, arguments: tuple[str, ...]) -> None:
        if self.smoke_fails:
            raise StandInError(f"{image_id} {arguments} does not start")

    def name_image(self, image_id: str, image: str) -> None:
        self.images[image] = self.built[image_id]
