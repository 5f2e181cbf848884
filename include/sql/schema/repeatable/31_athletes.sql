-- analytics.athletes. Grain: one row per integration and athlete who has ever enrolled.
-- Inputs: ops.athletes, vault.grants (only the state), analytics.athlete_days.

create view analytics.athletes as
select
    athletes.integration,
    athletes.athlete_id,
    concat_ws(' ', athletes.first_name, athletes.last_name) as name,
    athletes.external_id,
    athletes.squad,
    athletes.position,
    case when athletes.offboarded_at is null then coalesce(grants.state, 'none') else 'offboarded' end as grant_state,
    period.first_date,
    period.last_date
from ops.athletes as athletes
left join vault.grants as grants
    on athletes.integration = grants.integration
    and athletes.athlete_id = grants.athlete_id
cross join lateral (
    select
        min(days.metric_date) as first_date,
        max(days.metric_date) as last_date
    from analytics.athlete_days as days
    where days.integration = athletes.integration
    and days.athlete_id = athletes.athlete_id
) as period;
comment on view analytics.athletes is 'One row per integration and athlete who has ever enrolled.';
comment on column analytics.athletes.integration is 'Name of the integration.';
comment on column analytics.athletes.athlete_id is 'WHOOP user ID of the athlete.';
comment on column analytics.athletes.name is 'First and last name.';
comment on column analytics.athletes.external_id is 'ID of the athlete in the team''s own systems, from the roster.';
comment on column analytics.athletes.squad is 'Squad, from the roster.';
comment on column analytics.athletes.position is 'Position, from the roster.';
comment on column analytics.athletes.grant_state is 'active, reconnect (the athlete must consent again), inactive (no active membership), offboarded or none.';
comment on column analytics.athletes.first_date is 'First date with a metric.';
comment on column analytics.athletes.last_date is 'Last date with a metric.';
