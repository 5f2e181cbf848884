-- One row: up to when every athlete and collection has been pulled without a hole. Parameters: integration.
-- The anchor is the last complete scheduled pull; complete pulls that touch it move it on. Before the first
-- scheduled pull, the latest complete pull is the anchor.
with complete as (
    select
        window_start,
        window_end,
        run_type
    from ops.runs
    where integration = %(integration)s
    and state = 'complete'
    and is_full_scope
),

anchor as (
    select coalesce(
        max(window_end) filter (where run_type = 'scheduled'),
        max(window_end)
    ) as window_end
    from complete
),

covered as (
    select unnest(range_agg(tstzrange(window_start, window_end))) as period
    from complete
)

select coalesce(max(upper(covered.period)), max(anchor.window_end)) as last_end
from anchor
left join covered on covered.period @> anchor.window_end or upper(covered.period) = anchor.window_end
