-- Record the rate limit that a response of WHOOP reports.
-- Grain: one row. Parameters: client_key, limits and reported_limit (null = not in the response), remaining,
-- reset_seconds.
-- Inputs: none. Outputs: ops.request_budgets.
-- Within one period the lower number wins, because responses can arrive out of order.
with known as (
    select
        client_key,
        remaining,
        counted_from,
        coalesce(
            resets_at > clock_timestamp()
            and remaining is not null
            and abs(extract(epoch from resets_at - clock_timestamp()) - %(reset_seconds)s) < 2,
            false
        ) as is_same_period
    from ops.request_budgets
    where client_key = %(client_key)s
)

update ops.request_budgets as budget
set
    limits = coalesce(%(limits)s::jsonb, budget.limits),
    reported_limit = coalesce(%(reported_limit)s, budget.reported_limit),
    remaining = case
        when known.is_same_period then least(known.remaining, %(remaining)s)
        else %(remaining)s
    end,
    counted_from = case when known.is_same_period then known.counted_from else clock_timestamp() end,
    resets_at = clock_timestamp() + make_interval(secs => %(reset_seconds)s)
from known
where budget.client_key = known.client_key
