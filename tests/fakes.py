"""A fake S3 with a bucket for the landing zone: moto's server, which implements S3's HTTP protocol."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3

BUCKET = "landing"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "test secret",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@contextmanager
def running() -> Iterator[str]:
    """Serve S3 with an empty bucket on a free port until the block ends. Yield the URL."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    try:
        client(url).create_bucket(Bucket=BUCKET)
        yield url
    finally:
        server.stop()


def client(url: str) -> Any:
    """Return a new client of the server at this URL."""
    return boto3.client(
        "s3",
        endpoint_url=url,
        region_name=CREDENTIALS["AWS_DEFAULT_REGION"],
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )


def keys(url: str) -> list[str]:
    """Return every key in the bucket, sorted."""
    return sorted(each["Key"] for each in client(url).list_objects_v2(Bucket=BUCKET).get("Contents", []))


def settings(url: str) -> Mapping[str, str]:
    """Return environment variables that make the bucket the landing zone."""
    return {**CREDENTIALS, "AWS_ENDPOINT_URL_S3": url, "WEARABLES_LANDING": f"s3://{BUCKET}/zone"}
