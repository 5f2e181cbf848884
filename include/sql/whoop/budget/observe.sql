-- Record the rate limit that a response of WHOOP reports.
-- Grain: one row. Parameters: client_key, limits and reported_limit (null = not in the response), remaining,
-- reset_seconds.
-- Inputs: none. Outputs: ops.request_budgets.
-- Within one period the lower number wins, because responses can arrive out of order.
update ops.request_budgets
set
    limits = coalesce(%(limits)s::jsonb, limits),
    reported_limit = coalesce(%(reported_limit)s, reported_limit),
    remaining = case
        when resets_at > clock_timestamp() and remaining is not null
            and abs(extract(epoch from resets_at - clock_timestamp()) - %(reset_seconds)s) < 2
            then least(remaining, %(remaining)s)
        else %(remaining)s
    end,
    resets_at = clock_timestamp() + make_interval(secs => %(reset_seconds)s)
where client_key = %(client_key)s
