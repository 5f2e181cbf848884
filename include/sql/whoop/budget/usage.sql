-- The request budgets of WHOOP apps.
-- Grain: one row per app and period of its rate limit.
-- Parameters: client_keys.
-- Inputs: ops.request_budgets, ops.request_leases.
-- Outputs: client_key; seconds, the length of the period; allowed and used requests; paused_until, or null.
select
    budgets.client_key,
    periods.seconds::integer as seconds,
    periods.allowed::integer as allowed,
    coalesce((
        select sum(leases.requests)
        from ops.request_leases as leases
        where leases.client_key = budgets.client_key
        and leases.leased_at > now() - make_interval(secs => periods.seconds::double precision)
    ), 0)::integer as used,
    case when budgets.remaining <= 0 and budgets.resets_at > now() then budgets.resets_at end as paused_until
from ops.request_budgets as budgets
cross join lateral jsonb_each_text(budgets.limits) as periods (seconds, allowed)
where budgets.client_key = any(%(client_keys)s::text [])
order by budgets.client_key, periods.seconds::integer
