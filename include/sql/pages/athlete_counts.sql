-- One row per integration and grant state: how many athletes. Parameters: integrations.
select
    athletes.integration,
    case when athletes.offboarded_at is null then coalesce(grants.state, 'none') else 'offboarded' end as grant_state,
    count(*) as athletes
from ops.athletes as athletes
left join vault.grants as grants
    on athletes.integration = grants.integration
    and athletes.athlete_id = grants.athlete_id
where athletes.integration = any(%(integrations)s::text [])
group by 1, 2
