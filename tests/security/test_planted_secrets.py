"""Tokens and secrets must not appear anywhere outside the vault, even after a pull with every kind of fault."""

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wearables.core.errors import RunFailed
from wearables.core.warehouse import transaction


def secrets_of(team: Any) -> list[str]:
    grants = team.world.grants._grants
    tokens = [token for grant in grants for token in (grant.access_token, grant.refresh_token)]
    return [team.world.client_secret, *team.seen_tokens, *tokens]


def warehouse_text(team: Any) -> str:
    tables = team.rows(
        "select format('%%I.%%I', schemaname, tablename) from pg_tables "
        "where schemaname in ('raw', 'ops', 'vault', 'analytics')"
    )
    with transaction(team.engine) as connection:
        return "\n".join(
            text or ""
            for (table,) in tables
            for text in connection.exec_driver_sql(
                f"select string_agg(known::text, ' ') from {table} as known"
            ).scalars()
        )


def landing_zone_text(folder: Path) -> str:
    texts = []
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            # Unlike gzip.decompress, this also accepts a truncated file.
            plain = zlib.decompressobj(wbits=31).decompress(content) if path.suffix == ".gz" else content
            texts.append(f"{path} {plain.decode('latin-1')}")
    return "\n".join(texts)


def test_no_secret_is_in_a_log_a_table_a_file_or_an_exception(
    make_team: Callable[..., Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    team = make_team(athletes=3, days=10, token_seconds=1)
    team.seen_tokens = [grant.access_token for grant in team.world.grants._grants]
    first, second, third = team.athlete_ids
    team.world.revoke(first)
    team.world.deactivate(second)
    for kind in ("malformed", "truncated", "disconnect", "status", "empty"):
        team.world.add_fault(kind, athlete_id=third)
    with pytest.raises(RunFailed) as failure:
        team.pull(**team.all_days())
    haystacks = {
        "log": caplog.text,
        "exception": str(failure.value) + repr(failure.getrepr(style="long")),
        "tables": warehouse_text(team),
        "landing zone": landing_zone_text(tmp_path / "landing"),
        "requests": str(team.world.requests),
    }
    assert all(haystacks.values())
    for secret in secrets_of(team):
        assert len(secret) > 10
        assert [name for name, text in haystacks.items() if secret in text] == []
