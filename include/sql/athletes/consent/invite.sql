-- Store a new invitation.
-- Grain: one row is inserted.
-- Parameters: token_hash, integration, athlete_id (null: any athlete), created_by, expires_at.
-- Outputs: vault.invites.
insert into vault.invites (token_hash, integration, athlete_id, created_by, expires_at)
values (%(token_hash)s, %(integration)s, %(athlete_id)s, %(created_by)s, %(expires_at)s)
