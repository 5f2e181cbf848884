-- Invitations that were answered but have not led to an enrolment, for the team's staff.
-- Grain: one row per invitation, the oldest first.
-- Parameters: integration.
-- Inputs: vault.invites.
-- Outputs: created_by, created_at, athlete_id (null: anyone), answered_at, is_kept (the answer is still kept), problem.
select
    created_by,
    created_at,
    athlete_id,
    answered_at,
    code is not null as is_kept,
    problem
from vault.invites
where integration = %(integration)s
and accepted_at is null
and answered_at is not null
and (code is not null or problem is not null and expires_at > now())
order by answered_at
