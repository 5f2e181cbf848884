-- The progress of a run by chunk.
-- Grain: one row per chunk number, newest first.
-- Parameters: integration, run_id.
-- Inputs: ops.slices.
-- Outputs: chunk_start and chunk_end (spanned by its slices), slices (planned), slices by state, counts of requests and
--   records, waited_seconds.
select
    min(chunk_start) as chunk_start,
    max(chunk_end) as chunk_end,
    count(*) as slices,
    count(*) filter (where state in ('landed', 'staged')) as landed,
    count(*) filter (where state = 'staged') as staged,
    count(*) filter (where state = 'failed') as failed,
    sum(requests) as requests,
    sum(records) as records,
    sum(new) as new,
    sum(changed) as changed,
    sum(unchanged) as unchanged,
    sum(deleted) as deleted,
    sum(waited_seconds) as waited_seconds
from ops.slices
where integration = %(integration)s
and run_id = %(run_id)s
and state <> 'skipped'
group by chunk_number
order by chunk_number
