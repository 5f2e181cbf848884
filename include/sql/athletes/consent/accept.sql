-- Mark an invitation as used. Its state stays, so that a repeated answer is recognised.
-- Grain: at most one row is updated; none if the invitation was used or deleted in the meantime.
-- Parameters: token_hash, athlete_id.
-- Outputs: vault.invites.
update vault.invites
set
    athlete_id = %(athlete_id)s,
    code = null,
    due_at = null,
    problem = null,
    accepted_at = now()
where token_hash = %(token_hash)s
and code is not null
