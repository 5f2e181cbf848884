-- The chunks of a run: those with the same number are pulled by the same tasks.
-- Grain: one row per chunk number, with the period that its slices span, the number of
--   athletes and slices, and whether any slice has yet to be staged.
-- Parameters: integration, run_id.
-- Inputs: ops.slices. Outputs: nothing.
select
    chunk_number,
    min(chunk_start) as chunk_start,
    max(chunk_end) as chunk_end,
    count(distinct athlete_id) as athletes,
    count(*) as slices,
    bool_or(state in ('planned', 'running', 'landed')) as is_open
from ops.slices
where integration = %(integration)s
and run_id = %(run_id)s
and state <> 'skipped'
group by chunk_number
order by chunk_number
