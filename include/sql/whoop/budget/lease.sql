-- Take a lease: how many requests may be sent now and, if none, how many seconds to wait.
-- Grain: exactly one row. Parameters: client_key, wanted, margin_seconds.
-- Inputs: ops.request_budgets, whose row must be locked (lock.sql), ops.request_leases. Outputs: ops.request_leases.
-- Periods slide: a request counts for a whole period after its lease, so that the limit holds whether WHOOP uses fixed
-- or sliding periods.
with budget as (
    select
        client_key,
        limits,
        case when resets_at > clock_timestamp() then remaining end as remaining,
        resets_at
    from ops.request_budgets
    where client_key = %(client_key)s
),

periods as (
    select
        limits.seconds::double precision as seconds,
        limits.requests::integer - coalesce(sum(leases.requests), 0) as free,
        limits.requests::integer as allowed
    from budget
    cross join lateral jsonb_each_text(budget.limits) as limits (seconds, requests)
    left join ops.request_leases as leases
        on budget.client_key = leases.client_key
        and leases.leased_at
        > clock_timestamp() - make_interval(secs => limits.seconds::double precision + %(margin_seconds)s)
    group by limits.seconds, limits.requests
),

available as (
    -- A full period has room again when its oldest lease leaves it.
    select
        periods.free,
        case when periods.free <= 0 then (
            select extract(epoch from
                min(leases.leased_at)
                + make_interval(secs => periods.seconds + %(margin_seconds)s)
                - clock_timestamp()
            )
            from ops.request_leases as leases
            where leases.client_key = %(client_key)s
            and leases.requests > 0
            and leases.leased_at
            > clock_timestamp() - make_interval(secs => periods.seconds + %(margin_seconds)s)
        ) end as wait_seconds
    from periods
    union all
    select
        budget.remaining,
        case when budget.remaining <= 0
            then extract(epoch from budget.resets_at - clock_timestamp())
        end
    from budget
    where budget.remaining is not null
),

decision as (
    select
        -- At most a tenth of what is left, so that other tasks get their share.
        greatest(0, least(%(wanted)s, case when min(free) > 0 then greatest(1, min(free) / 10) else 0 end))
            as granted,
        coalesce(max(wait_seconds), 0) as wait_seconds
    from available
),

counted_down as (
    update ops.request_budgets
    set remaining = ops.request_budgets.remaining - decision.granted
    from decision
    where ops.request_budgets.client_key = %(client_key)s
    and ops.request_budgets.remaining is not null
),

leased as (
    insert into ops.request_leases (client_key, leased_at, requests)
    select
        %(client_key)s,
        clock_timestamp(),
        granted
    from decision
    where granted > 0
    returning id
)

select
    decision.granted::integer as granted,
    greatest(decision.wait_seconds, 0)::double precision as wait_seconds,
    (select id from leased) as lease_id
from decision
