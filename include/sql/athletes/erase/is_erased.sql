-- Whether an athlete was erased.
-- Grain: one row.
-- Parameters: integration, athlete_id.
-- Inputs: ops.erased_athletes.
-- Outputs: is_erased.
select exists(
    select
    from ops.erased_athletes
    where integration = %(integration)s
    and athlete_id = %(athlete_id)s
) as is_erased
