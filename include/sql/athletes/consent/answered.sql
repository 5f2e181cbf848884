-- The answer has its outcome and counts no more. Parameters: token_hash.
update vault.invites
set
    state_hash = null,
    browser_hash = null
where token_hash = %(token_hash)s
