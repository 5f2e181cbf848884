-- An athlete for the offboarding page.
-- Grain: at most one row.
-- Parameters: integration, athlete_id.
-- Inputs: ops.athletes, vault.grants.
-- Outputs: athlete_id, athlete_name, grant_state (none: without a grant).
select
    athletes.athlete_id,
    concat_ws(' ', athletes.first_name, athletes.last_name) as athlete_name,
    case when athletes.offboarded_at is null then coalesce(grants.state, 'none') else 'offboarded' end as grant_state
from ops.athletes as athletes
left join vault.grants as grants
    on athletes.integration = grants.integration
    and athletes.athlete_id = grants.athlete_id
where athletes.integration = %(integration)s
and athletes.athlete_id = %(athlete_id)s
