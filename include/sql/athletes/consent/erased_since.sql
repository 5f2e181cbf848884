-- Whether an athlete was erased after they answered. An erasure withdraws the answer.
-- Grain: one row.
-- Parameters: integration, athlete_id, answered_at.
-- Inputs: ops.erased_athletes.
-- Outputs: is_erased.
select exists(
    select
    from ops.erased_athletes
    where integration = %(integration)s
    and athlete_id = %(athlete_id)s
    and erased_at > %(answered_at)s
) as is_erased
