"""A server already has roles of our names, whose members must not get health data."""

from collections.abc import Callable

import psycopg2
import pytest
from sqlalchemy import create_engine

from tests.faults.records import record_no_loss
from wearables.core.errors import PermanentError
from wearables.core.schema import migrate
from wearables_dev.local import postgres as embedded

STRANGER = """
create role wearables_loader;
create role stranger login password 'p' in role wearables_loader;
"""
AS_THE_SENTENCE_SAYS = "alter role wearables_loader rename to their_loader"


def test_members_of_a_role_that_others_created_never_get_access(record_property: Callable) -> None:
    record_no_loss(record_property, "the server has a role wearables_loader with members")
    with embedded.temporary() as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql(STRANGER)
        with pytest.raises(PermanentError, match="did not create: wearables_loader"):
            migrate(engine)
        with engine.begin() as connection:
            connection.exec_driver_sql(AS_THE_SENTENCE_SAYS)
        assert migrate(engine)
        engine.dispose()
        stranger = url.set(drivername="postgresql", username="stranger", password="p")
        connection = psycopg2.connect(stranger.render_as_string(hide_password=False))
        for relation in ("raw.records", "vault.grants", "ops.athletes", "analytics.metrics"):
            with connection.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(f"select from {relation}")
            connection.rollback()
        connection.close()
