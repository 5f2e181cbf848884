-- A unit has landed; none of an athlete who was erased, see begin. Parameters: integration, run_id, chunk_start,
-- chunk_end, athlete_id, collection, path, pages, requests, records, quarantined, waited_seconds, seconds.
select
from ops.athletes
where integration = %(integration)s
and athlete_id = %(athlete_id)s
for key share;

insert into ops.pulls as unit (
    integration, run_id, chunk_start, chunk_end, athlete_id, collection, state, path, pages, requests, records,
    quarantined, waited_seconds, seconds
)
select
    %(integration)s,
    %(run_id)s,
    %(chunk_start)s,
    %(chunk_end)s,
    %(athlete_id)s,
    %(collection)s,
    'landed',
    %(path)s,
    %(pages)s,
    %(requests)s,
    %(records)s,
    %(quarantined)s,
    %(waited_seconds)s,
    %(seconds)s
where not exists (
    select
    from ops.erased_athletes
    where integration = %(integration)s
    and athlete_id = %(athlete_id)s
)
on conflict (integration, run_id, chunk_start, athlete_id, collection) do update
set
    state = excluded.state,
    path = excluded.path,
    pages = excluded.pages,
    requests = excluded.requests,
    records = excluded.records,
    quarantined = excluded.quarantined,
    waited_seconds = excluded.waited_seconds,
    seconds = excluded.seconds,
    error = null
