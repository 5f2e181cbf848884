-- Reuse what another run has landed for the same chunks within a day, in case that run was killed. If it is still
-- running, both runs stage the same answer, which changes nothing.
-- A slice still marked `running` is adopted too: only the landing zone shows whether its answer is complete.
-- Grain: one row of ops.slices per adopted chunk, athlete and collection.
-- Parameters: integration, run_id, first_chunk, last_chunk, athletes.
-- Inputs: ops.runs. Outputs: ops.slices.
with others as materialized (
    select run_id
    from ops.runs
    where integration = %(integration)s
    and run_id <> %(run_id)s
    and state = 'running'
),

abandoned as (
    select distinct on (slices.athlete_id, slices.collection, slices.chunk_start)
        slices.athlete_id,
        slices.collection,
        slices.chunk_start,
        slices.chunk_end,
        slices.state,
        slices.path,
        slices.started_at
    from others
    cross join lateral (
        select *
        from ops.slices
        where integration = %(integration)s
        and run_id = others.run_id
        and state in ('running', 'landed')
        and path is not null
        and started_at > now() - interval '1 day'
        offset 0
    ) as slices
    order by slices.athlete_id, slices.collection, slices.chunk_start, slices.started_at desc
)

update ops.slices as planned
set
    state = abandoned.state,
    path = abandoned.path,
    started_at = abandoned.started_at
from abandoned
where planned.integration = %(integration)s
and planned.run_id = %(run_id)s
and planned.chunk_number between %(first_chunk)s and %(last_chunk)s
and planned.athlete_id = any(%(athletes)s::bigint [])
and planned.state = 'planned'
and planned.athlete_id = abandoned.athlete_id
and planned.collection = abandoned.collection
and planned.chunk_start = abandoned.chunk_start
and planned.chunk_end = abandoned.chunk_end
