-- Remember the state of a new OAuth attempt. WHOOP's answers to earlier attempts become invalid.
-- Grain: at most one row is updated; none if the invitation has been answered or used, or has expired.
-- Parameters: token_hash, state_hash, browser_hash.
-- Outputs: vault.invites.
update vault.invites
set
    state_hash = %(state_hash)s,
    browser_hash = %(browser_hash)s,
    begun_at = now(),
    problem = null
where token_hash = %(token_hash)s
and code is null
and accepted_at is null
and expires_at > now()
