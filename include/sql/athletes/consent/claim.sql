-- Claim answers for an attempt to enrol their athletes: nobody else attempts them until the claim ends. Answers that
-- have waited longest since their last attempt come first, so that answers that always fail do not delay the others.
-- An answer that is named by token_hash need not be due: it is attempted at once, unless an attempt is in progress.
-- During an attempt, problem is null.
-- Grain: one row per answer.
-- Parameters: integration, token_hash (null: any), max_rows, claim_seconds.
-- Inputs: vault.invites (skips rows that others have locked).
-- Outputs: vault.invites; token_hash, integration, athlete_id, code, answered_at, due_at (when the claim ends).
with due as (
    select token_hash
    from vault.invites
    where integration = %(integration)s
    and (%(token_hash)s::text is null or token_hash = %(token_hash)s)
    and code is not null
    and (due_at <= now() or token_hash = %(token_hash)s and problem is not null)
    order by due_at, answered_at
    limit %(max_rows)s
    for update skip locked
)

update vault.invites as invites
set
    due_at = now() + make_interval(secs => %(claim_seconds)s),
    problem = null
from due
where invites.token_hash = due.token_hash
returning
    invites.token_hash,
    invites.integration,
    invites.athlete_id,
    invites.code,
    invites.answered_at,
    invites.due_at
