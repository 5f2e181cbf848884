-- The plans of runs. A run without a plan has no row.
-- Grain: one row per run.
-- Parameters: integrations, run_ids (two arrays of equal length).
-- Inputs: ops.runs, ops.slices.
-- Outputs: integration, run_id, window, state, chunks and athletes (counts), collections, records.
with wanted as (
    select
        integration,
        run_id
    from unnest(%(integrations)s::text [], %(run_ids)s::text []) as pairs (integration, run_id)
)

select
    runs.integration,
    runs.run_id,
    runs.window_start,
    runs.window_end,
    runs.state,
    planned.chunks,
    planned.athletes,
    planned.collections,
    planned.records
from ops.runs as runs
inner join wanted
    on runs.integration = wanted.integration
    and runs.run_id = wanted.run_id
cross join lateral (
    select
        count(distinct slices.chunk_number) filter (where slices.state <> 'skipped') as chunks,
        count(distinct slices.athlete_id) filter (where slices.state <> 'skipped') as athletes,
        coalesce(array_agg(distinct slices.collection), '{}') as collections,
        coalesce(sum(slices.records), 0) as records
    from ops.slices as slices
    where slices.integration = runs.integration
    and slices.run_id = runs.run_id
) as planned
