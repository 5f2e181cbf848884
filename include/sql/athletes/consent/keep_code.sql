-- Keep WHOOP's answer to an invitation until it is used or refused.
-- Grain: one row is updated.
-- Parameters: token_hash, code (encrypted).
-- Outputs: vault.invites.
update vault.invites
set
    code = %(code)s,
    answered_at = now(),
    due_at = now(),
    problem = null
where token_hash = %(token_hash)s
