"""The least that a client built on `requests` can do: fetch every page and discard it. Prints the seconds."""

import os
import time

import requests

URL, TOKENS = os.environ["BENCH_URL"], os.environ["BENCH_TOKENS"].split()
PATHS = ("cycle", "recovery", "activity/sleep", "activity/workout")

session = requests.Session()
session.trust_env = False
started = time.perf_counter()
for token in TOKENS:
    for path in PATHS:
        query = {"limit": "25"}
        while True:
            answer = session.get(
                f"{URL}/developer/v2/{path}", params=query, headers={"Authorization": f"Bearer {token}"}, timeout=60
            ).json()
            if not answer.get("next_token"):
                break
            query["nextToken"] = answer["next_token"]
print(time.perf_counter() - started)
