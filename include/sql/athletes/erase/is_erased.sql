-- One row: whether the athlete was erased. Parameters: integration, athlete_id.
select exists(
    select
    from ops.erased_athletes
    where integration = %(integration)s
    and athlete_id = %(athlete_id)s
) as is_erased
