-- Forget an answer, so that the invitation can be used again.
-- Grain: at most one row is updated; none if the claim has ended and somebody else is attempting it.
-- Parameters: token_hash, due_at (of the claim; null: the answer was not claimed), problem.
-- Outputs: vault.invites.
update vault.invites
set
    state_hash = null,
    browser_hash = null,
    code = null,
    due_at = null,
    problem = %(problem)s
where token_hash = %(token_hash)s
and due_at is not distinct from %(due_at)s
and accepted_at is null
