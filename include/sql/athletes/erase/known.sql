-- One row: whether the athlete ever consented, erased ones included. Parameters: integration, athlete_id.
select exists(
    select
    from ops.athletes
    where integration = %(integration)s
    and athlete_id = %(athlete_id)s
    union all
    select
    from ops.erased_athletes
    where integration = %(integration)s
    and athlete_id = %(athlete_id)s
) as is_known
