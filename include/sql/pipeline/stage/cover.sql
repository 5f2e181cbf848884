-- Advance the watermarks by the periods of the staged answers, which are complete. An import has no watermark.
-- Grain: one row of ops.watermarks per athlete and collection.
-- Parameters: integration, run_id.
-- Inputs: staging, ops.runs. Outputs: ops.watermarks.
insert into ops.watermarks as known (integration, athlete_id, collection, covered)
select
    runs.integration,
    staging.athlete_id,
    staging.collection,
    range_agg(tstzrange(staging.chunk_start, staging.chunk_end))
from staging
inner join ops.runs as runs
    on runs.integration = %(integration)s
    and runs.run_id = %(run_id)s
where runs.run_type <> 'export'
group by runs.integration, staging.athlete_id, staging.collection
on conflict (integration, athlete_id, collection) do update
set covered = known.covered + excluded.covered
