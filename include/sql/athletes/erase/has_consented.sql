-- Whether an athlete has ever consented, even if they were erased since.
-- Grain: one row.
-- Parameters: integration, athlete_id.
-- Inputs: ops.athletes, ops.erased_athletes.
-- Outputs: has_consented.
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
) as has_consented
