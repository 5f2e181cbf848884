"""Tokens and secrets are planted; after a pull with every kind of trouble they are nowhere but in the vault."""

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wearables.core.errors import RunFailed
from wearables.core.warehouse import transaction


def secrets_of(squad: Any) -> list[str]:
    grants = squad.world.grants._grants
    tokens = [token for grant in grants for token in (grant.access_token, grant.refresh_token)]
    return [squad.world.client_secret, *squad.seen_tokens, *tokens]


def everything_in_the_warehouse(squad: Any) -> str:
    tables = squad.rows(
        "select format('%%I.%%I', schemaname, tablename) from pg_tables "
        "where schemaname in ('raw', 'ops', 'vault', 'analytics')"
    )
    with transaction(squad.engine) as connection:
        return "\n".join(
            text or ""
            for (table,) in tables
            for text in connection.exec_driver_sql(
                f"select string_agg(known::text, ' ') from {table} as known"
            ).scalars()
        )


def everything_that_landed(folder: Path) -> str:
    texts = []
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            # A file that broke off is read as far as it goes.
            plain = zlib.decompressobj(wbits=31).decompress(content) if path.suffix == ".gz" else content
            texts.append(f"{path} {plain.decode('latin-1')}")
    return "\n".join(texts)


def test_no_secret_is_in_a_log_a_table_a_file_or_an_exception(
    team: Callable[..., Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    squad = team(athletes=3, days=10, token_seconds=1)
    squad.seen_tokens = [grant.access_token for grant in squad.world.grants._grants]
    first, second, third = squad.athlete_ids
    squad.world.revoke(first)
    squad.world.deactivate(second)
    for kind in ("malformed", "truncated", "disconnect", "status", "empty"):
        squad.world.add_fault(kind, athlete_id=third)
    with pytest.raises(RunFailed) as failure:
        squad.pull(**squad.all_days())
    places = {
        "log": caplog.text,
        "exception": str(failure.value) + repr(failure.getrepr(style="long")),
        "tables": everything_in_the_warehouse(squad),
        "landing zone": everything_that_landed(tmp_path / "landing"),
        "requests": str(squad.world.requests),
    }
    assert all(places.values())
    for secret in secrets_of(squad):
        assert len(secret) > 10
        assert [name for name, text in places.items() if secret in text] == []
