-- The athletes with slices in a range of chunks. Erased athletes are left out: a restored backup may still contain their
-- pull log.
-- Grain: one row per athlete.
-- Parameters: integration, run_id, first_chunk, last_chunk.
-- Inputs: ops.slices, ops.erased_athletes. Outputs: nothing.
select distinct athlete_id
from ops.slices
where integration = %(integration)s
and run_id = %(run_id)s
and chunk_number between %(first_chunk)s and %(last_chunk)s
and state <> 'skipped'
and not exists (
    select
    from ops.erased_athletes as erased
    where erased.integration = slices.integration
    and erased.athlete_id = slices.athlete_id
)
order by athlete_id
