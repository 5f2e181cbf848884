-- Whether an athlete ever consented, even if erased since.
-- Grain: one row.
-- Parameters: integration, athlete_id.
-- Inputs: ops.athletes, ops.erased_athletes.
-- Outputs: is_known.
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
