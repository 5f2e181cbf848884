-- Enrolled athletes, page by page.
-- Grain: one row per athlete; athletes without an active grant first, offboarded athletes last.
-- Parameters: integration, max_rows, skip.
-- Inputs: ops.athletes, vault.grants.
-- Outputs: athlete_id, athlete_name, grant_state, reason, collections (null: not known), enrolled_at, total (athletes
-- on all pages).
select
    athletes.athlete_id,
    concat_ws(' ', athletes.first_name, athletes.last_name) as athlete_name,
    case when athletes.offboarded_at is null then coalesce(grants.state, 'none') else 'offboarded' end as grant_state,
    grants.reason,
    grants.collections,
    athletes.enrolled_at,
    count(*) over () as total
from ops.athletes as athletes
left join vault.grants as grants
    on athletes.integration = grants.integration
    and athletes.athlete_id = grants.athlete_id
where athletes.integration = %(integration)s
order by athletes.offboarded_at is not null, coalesce(grants.state, 'none') = 'active', athletes.athlete_id
limit %(max_rows)s offset %(skip)s
