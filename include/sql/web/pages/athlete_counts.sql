-- Athletes by grant state. Athletes and grants are counted separately, because joining all rows takes four times
-- as long. Every grant has an athlete.
-- Grain: one row per integration and grant state that occurs.
-- Parameters: integrations.
-- Inputs: ops.athletes, vault.grants.
-- Outputs: integration, grant_state, athletes.
with enrolled as (
    select
        integration,
        count(*) as athletes,
        count(offboarded_at) as offboarded
    from ops.athletes
    where integration = any(%(integrations)s::text [])
    group by integration
),

granted as (
    select
        integration,
        state,
        count(*) as athletes
    from vault.grants
    where integration = any(%(integrations)s::text [])
    group by integration, state
),

counts as (
    select
        integration,
        state as grant_state,
        athletes
    from granted
    union all
    select
        integration,
        'offboarded',
        offboarded
    from enrolled
    union all
    select
        enrolled.integration,
        'none',
        enrolled.athletes - enrolled.offboarded - coalesce(sum(granted.athletes), 0)
    from enrolled
    left join granted on enrolled.integration = granted.integration
    group by enrolled.integration, enrolled.athletes, enrolled.offboarded
)

select
    integration,
    grant_state,
    athletes::integer as athletes
from counts
where athletes > 0
