-- Mark an invitation as used.
-- Grain: at most one row is updated.
-- Parameters: token_hash, athlete_id.
-- Outputs: vault.invites.
update vault.invites
set
    athlete_id = %(athlete_id)s,
    accepted_at = now()
where token_hash = %(token_hash)s
