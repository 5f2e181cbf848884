-- How the slices of a run went, by athlete.
-- Grain: one row per athlete and state, with the number of slices and their distinct errors.
-- Parameters: integration, run_id.
-- Inputs: ops.slices. Outputs: nothing.
select
    athlete_id,
    state,
    count(*) as slices,
    string_agg(distinct error, ' ') as reason
from ops.slices
where integration = %(integration)s
and run_id = %(run_id)s
group by athlete_id, state
order by athlete_id, state
