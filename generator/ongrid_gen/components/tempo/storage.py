"""Where Tempo keeps blocks: on its volume, or in a bucket. The log of what is no block yet is on the volume anyway."""

from collections.abc import Callable
from typing import Any, Final

from ongrid_gen.components.channels import secret_name
from ongrid_gen.model import Data, Tempo

Config = dict[str, Any]
WAL: Final = "/var/tempo/wal"
SECRETS: Final = "/run/secrets"
# The environment variable by which a client library finds its credentials.
VARIABLES: Final = {"s3": "AWS_SHARED_CREDENTIALS_FILE", "gcs": "GOOGLE_APPLICATION_CREDENTIALS"}


def config(tempo: Tempo) -> Config:
    """Return `storage` as 2.10 and 3.0 read it."""
    kind = STORAGE[tempo.backend](tempo.storage)
    if "prefix" in tempo.storage:
        kind["prefix"] = tempo.storage["prefix"]
    return {"trace": {"backend": tempo.backend, "wal": {"path": WAL}, tempo.backend: kind}}


def local(_: Data) -> Config:
    """A folder of the volume."""
    return {"path": "/var/tempo/blocks"}


def s3(storage: Data) -> Config:
    """S3. Without keys in the file, the client looks for the file that its variable names, then for the role."""
    return {
        "bucket": storage["bucket"],
        "endpoint": storage["endpoint"],
        **({"region": storage["region"]} if "region" in storage else {}),
        **({"forcepathstyle": True} if storage["path_style"] else {}),
        **({} if storage["tls"] else {"insecure": True}),
    }


def gcs(storage: Data) -> Config:
    """Google Cloud Storage."""
    return {"bucket_name": storage["bucket"]}


def azure(storage: Data) -> Config:
    """Azure Blob Storage, by the machine's identity."""
    return {
        "storage_account_name": storage["account"],
        "container_name": storage["container"],
        "endpoint_suffix": storage["endpoint"],
        "use_managed_identity": True,
    }


STORAGE: Final[dict[str, Callable[[Data], Config]]] = {"local": local, "s3": s3, "gcs": gcs, "azure": azure}


def secrets(tempo: Tempo) -> list[str]:
    """Return the secret files that Tempo reads, relative to the folder of the spec."""
    return [tempo.storage["credentials_file"]] if "credentials_file" in tempo.storage else []


def container(tempo: Tempo) -> dict[str, Any]:
    """Return what the container gets for it: the file, and the variable that names it."""
    names = [secret_name(file) for file in secrets(tempo)]
    if not names:
        return {}
    return {"secrets": names, "environment": {VARIABLES[tempo.backend]: f"{SECRETS}/{names[0]}"}}
