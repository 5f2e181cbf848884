"""One cluster for all tests in this folder."""

from collections.abc import Iterator

import pytest

from tests.distributed.cluster import Cluster, running


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Run Airflow with the workers ``one`` and ``two``."""
    with running(tmp_path_factory.mktemp("cluster"), workers=("one", "two")) as made:
        yield made
