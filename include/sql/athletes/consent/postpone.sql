-- Keep a claimed answer for a later attempt.
-- Grain: at most one row is updated; none if the claim has ended and somebody else is attempting it.
-- Parameters: token_hash, due_at (of the claim), seconds, problem.
-- Outputs: vault.invites.
update vault.invites
set
    due_at = now() + make_interval(secs => %(seconds)s),
    problem = %(problem)s
where token_hash = %(token_hash)s
and due_at = %(due_at)s
and code is not null
