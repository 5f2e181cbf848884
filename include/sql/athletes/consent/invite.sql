-- One row: a new invite. Parameters: token_hash, integration, athlete_id (null: anyone), created_by, expires_at.
insert into vault.invites (token_hash, integration, athlete_id, created_by, expires_at)
values (%(token_hash)s, %(integration)s, %(athlete_id)s, %(created_by)s, %(expires_at)s)
