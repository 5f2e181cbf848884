-- One row per athlete of a run, those in trouble first. Parameters: integration, run_id, most, skip.
with units as (
    select
        athlete_id,
        count(*) filter (where state = 'staged') as staged,
        count(*) filter (where state = 'failed') as failed,
        count(*) filter (where state = 'skipped') as skipped,
        count(*) filter (where state in ('running', 'landed')) as running,
        sum(records) as records,
        sum(new) as new,
        sum(changed) as changed,
        sum(unchanged) as unchanged,
        sum(deleted) as deleted,
        sum(quarantined) as quarantined,
        sum(waited_seconds) as waited_seconds,
        max(error) as error
    from ops.pulls
    where integration = %(integration)s
    and run_id = %(run_id)s
    group by athlete_id
)

select
    units.*,
    count(*) over () as total
from units
order by units.failed > 0 desc, units.skipped > 0 desc, units.athlete_id
limit %(most)s offset %(skip)s
