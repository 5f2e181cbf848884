"""Errors of the warehouse: a server that cannot be reached is retried, a login that it refuses is not."""

import pytest
from sqlalchemy import Engine, create_engine

from wearables.core.errors import PermanentError
from wearables.core.warehouse import transaction


@pytest.mark.parametrize("change", [{"database": "nowhere"}, {"username": "nobody_at_all"}])
def test_a_login_that_postgresql_refuses_is_not_retried(warehouse_engine: Engine, change: dict[str, str]) -> None:
    engine = create_engine(warehouse_engine.url.set(**change))
    with pytest.raises(PermanentError, match="refuses the connection"), transaction(engine):
        pass
