-- Whether anything can be stored about an athlete: they have consented once, even if they have been erased since, or
-- they have never enrolled, but WHOOP sent records of them.
-- Grain: one row.
-- Parameters: integration, athlete_id.
-- Inputs: ops.athletes, ops.erased_athletes, ops.quarantine.
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
    union all
    select
    from ops.quarantine
    where integration = %(integration)s
    and athlete_id = %(athlete_id)s
) as is_known
