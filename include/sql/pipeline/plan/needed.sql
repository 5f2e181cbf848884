-- The periods that a scheduled pull requests: for each athlete and collection, what no complete answer covers yet, from
-- the athlete's first instant to the end of the window. Each period begins lookback_days earlier than the gap, because
-- scores change late, but never before the first instant. The newest period is never empty.
-- Grain: one row per athlete, collection and period, the newest first.
-- Parameters: integration, collections, window_end, lookback_days; athletes and first_instants (arrays of equal
-- length).
-- Inputs: ops.watermarks. Outputs: nothing.
with wanted as (
    select
        athletes.athlete_id,
        collections.collection,
        tstzrange(least(athletes.first_instant, %(window_end)s::timestamptz - interval '1 hour'), %(window_end)s)
            as period
    from unnest(%(athletes)s::bigint [], %(first_instants)s::timestamptz []) as athletes (athlete_id, first_instant)
    cross join unnest(%(collections)s::text []) as collections (collection)
),

known as (
    select
        wanted.athlete_id,
        wanted.collection,
        wanted.period,
        -- The last hour counts as missing, so that there is always something to request.
        coalesce(watermarks.covered, '{}')
        - tstzmultirange(tstzrange(%(window_end)s::timestamptz - interval '1 hour', null)) as covered
    from wanted
    left join ops.watermarks as watermarks
        on watermarks.integration = %(integration)s
        and wanted.athlete_id = watermarks.athlete_id
        and wanted.collection = watermarks.collection
),

gaps as (
    select
        known.athlete_id,
        known.collection,
        tstzrange(
            greatest(lower(known.period), lower(gap.missing) - make_interval(days => %(lookback_days)s)),
            upper(gap.missing)
        ) as period
    from known
    cross join lateral unnest(tstzmultirange(known.period) - known.covered) as gap (missing)
),

merged as (
    select
        athlete_id,
        collection,
        range_agg(period) as periods
    from gaps
    group by athlete_id, collection
)

select
    merged.athlete_id,
    merged.collection,
    lower(needed.period) as period_start,
    upper(needed.period) as period_end
from merged
cross join lateral unnest(merged.periods) as needed (period)
order by merged.athlete_id, merged.collection, period_start desc
