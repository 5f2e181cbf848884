-- The athlete is sent to WHOOP; an answer to an earlier attempt no longer counts. No row when the invite is used up.
-- Parameters: token_hash, state_hash, browser_hash.
update vault.invites
set
    state_hash = %(state_hash)s,
    browser_hash = %(browser_hash)s,
    begun_at = now()
where token_hash = %(token_hash)s
and accepted_at is null
and expires_at > now()
