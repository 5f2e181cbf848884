"""A pull with dlt, as a data engineer would write it: merge every record by its key. Runs in dlt's environment.

Prints two numbers: the seconds from the first request to the last commit, and how many of them were spent on staging.
"""

import os
import tempfile
import time
from collections.abc import Iterator

import dlt
import requests

PATHS = {
    "cycle": ("cycle", ("user_id", "id")),
    "recovery": ("recovery", ("user_id", "cycle_id")),
    "sleep": ("activity/sleep", ("user_id", "id")),
    "workout": ("activity/workout", ("user_id", "id")),
}
URL, TOKENS = os.environ["BENCH_URL"], os.environ["BENCH_TOKENS"].split()


def records(path: str) -> Iterator[list[dict]]:
    """Yield the pages of a collection, athlete by athlete."""
    session = requests.Session()
    for token in TOKENS:
        query = {"limit": 25}
        while True:
            answer = session.get(
                f"{URL}/developer/v2/{path}", params=query, headers={"Authorization": f"Bearer {token}"}, timeout=60
            ).json()
            yield answer["records"]
            if not answer.get("next_token"):
                break
            query["nextToken"] = answer["next_token"]


with tempfile.TemporaryDirectory() as folder:
    pipeline = dlt.pipeline(
        "whoop",
        pipelines_dir=folder,
        destination=dlt.destinations.postgres(os.environ["BENCH_WAREHOUSE"]),
        dataset_name="with_dlt",
        dev_mode=True,
    )
    resources = [
        dlt.resource(records(path), name=name, primary_key=key, write_disposition="merge", max_table_nesting=0)
        for name, (path, key) in PATHS.items()
    ]
    started = time.perf_counter()
    pipeline.extract(resources)
    extracted = time.perf_counter()
    pipeline.normalize()
    pipeline.load()
    ended = time.perf_counter()
    print(ended - started, ended - extracted)
