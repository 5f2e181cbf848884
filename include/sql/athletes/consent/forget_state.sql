-- Forget the OAuth state, so that WHOOP's answer cannot be used again.
-- Grain: at most one row is updated.
-- Parameters: token_hash.
-- Outputs: vault.invites.
update vault.invites
set
    state_hash = null,
    browser_hash = null
where token_hash = %(token_hash)s
