-- The progress of a run by athlete, page by page.
-- Grain: one row per athlete; athletes with failed slices first, then those with skipped slices.
-- Parameters: integration, run_id, max_rows, skip.
-- Inputs: ops.slices.
-- Outputs: athlete_id, slices by state, counts of records, waited_seconds, error (one of them), total (athletes on
--   all pages).
with slices as (
    select
        athlete_id,
        count(*) filter (where state = 'staged') as staged,
        count(*) filter (where state = 'failed') as failed,
        count(*) filter (where state = 'skipped') as skipped,
        count(*) filter (where state in ('planned', 'running', 'landed')) as running,
        sum(records) as records,
        sum(new) as new,
        sum(changed) as changed,
        sum(unchanged) as unchanged,
        sum(deleted) as deleted,
        sum(quarantined) as quarantined,
        sum(waited_seconds) as waited_seconds,
        max(error) as error
    from ops.slices
    where integration = %(integration)s
    and run_id = %(run_id)s
    group by athlete_id
)

select
    slices.*,
    count(*) over () as total
from slices
order by slices.failed > 0 desc, slices.skipped > 0 desc, slices.athlete_id
limit %(max_rows)s offset %(skip)s
