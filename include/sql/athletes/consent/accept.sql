-- The invite is used up. Parameters: token_hash, athlete_id.
update vault.invites
set
    athlete_id = %(athlete_id)s,
    accepted_at = now()
where token_hash = %(token_hash)s
