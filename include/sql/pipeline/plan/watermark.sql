-- The watermark: the time up to which the data of all athletes who could be pulled are complete.
-- The anchor is the end of the last complete scheduled run; complete runs that overlap or touch it advance the
-- watermark.
-- Before the first scheduled run, the anchor is the end of the latest complete run.
-- Grain: exactly one row; it is null if no run is complete.
-- Parameters: integration.
-- Inputs: ops.runs. Outputs: nothing.
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

select coalesce(max(upper(covered.period)), max(anchor.window_end)) as watermark
from anchor
left join covered on covered.period @> anchor.window_end or upper(covered.period) = anchor.window_end
