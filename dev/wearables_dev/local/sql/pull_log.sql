-- One row per athlete and collection of a run. Parameters: integration, run_id.
select
    athlete_id,
    collection,
    count(*) as chunks,
    sum(pages) as pages,
    sum(records) as records,
    sum(new) as new,
    sum(changed) as changed,
    sum(unchanged) as unchanged,
    sum(deleted) as deleted,
    sum(seconds) as seconds,
    max(error) as error
from ops.slices
where integration = %(integration)s
and run_id = %(run_id)s
group by athlete_id, collection
order by athlete_id, collection
