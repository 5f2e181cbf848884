-- The athletes of an integration and the states of their grants, without erased athletes.
-- Grain: one row per athlete. grant_state is `offboarded` or `none` if the athlete has no usable grant. is_askable:
-- WHOOP may be asked for the athlete's data: the grant is active, or it is inactive and WHOOP may be asked again.
-- collections: those that the athlete allows, null if that is not known.
-- Parameters: integration.
-- Inputs: ops.athletes, vault.grants, ops.erased_athletes. Outputs: nothing.
select
    athletes.athlete_id,
    concat_ws(' ', athletes.first_name, athletes.last_name) as athlete_name,
    case when athletes.offboarded_at is null then coalesce(grants.state, 'none') else 'offboarded' end as grant_state,
    grants.reason,
    athletes.offboarded_at is null
    and coalesce(
        grants.state = 'active' or (grants.state = 'inactive' and grants.ask_again_at <= clock_timestamp()), false
    ) as is_askable,
    grants.collections,
    athletes.enrolled_at
from ops.athletes as athletes
left join vault.grants as grants
    on athletes.integration = grants.integration
    and athletes.athlete_id = grants.athlete_id
where athletes.integration = %(integration)s
and not exists (
    select
    from ops.erased_athletes as erased
    where erased.integration = athletes.integration
    and erased.athlete_id = athletes.athlete_id
)
order by athletes.athlete_id
