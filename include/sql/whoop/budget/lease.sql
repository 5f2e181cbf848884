-- Take a lease: how many requests of a priority may be sent now and, if none, how many seconds to wait.
-- Grain: exactly one row.
-- Parameters: client_key, priority (consent, routine or bulk), wanted, consent_share and routine_share (per cent),
-- margin_seconds, yield_seconds.
-- Inputs: ops.request_budgets, whose row must be locked (lock.sql), ops.request_leases.
-- Outputs: ops.request_leases, ops.request_budgets.
-- Periods slide: a request counts for a whole period after its lease, so that the limit holds whether WHOOP uses fixed
-- or sliding periods. Routine requests leave the share of consent unused, bulk requests also the share of routine ones of every
-- period that is longer than five minutes.
-- A refused consent keeps the others waiting, and any routine request keeps bulk requests waiting.
with budget as (
    select
        client_key,
        limits,
        reported_limit,
        case when resets_at > clock_timestamp() then remaining end as remaining,
        resets_at,
        case
            when %(priority)s = 'routine' then consent_until
            when %(priority)s = 'bulk' then greatest(consent_until, routine_until)
        end as yields_until
    from ops.request_budgets
    where client_key = %(client_key)s
),

limits as (
    select
        each.seconds::double precision as seconds,
        -- While the limits are only assumed, they hold back pulls, but not an athlete who waits for the page.
        case
            when %(priority)s = 'consent' and budget.reported_limit is null then 1000000
            else each.requests::integer
        end as allowed
    from budget
    cross join lateral jsonb_each_text(budget.limits) as each (seconds, requests)
),

consent_reserves as (
    -- Reserve at least one request, but never all of them.
    select
        seconds,
        allowed,
        case
            when %(priority)s = 'consent' then 0
            else greatest(0, least(allowed - 1, greatest(1, ceil(allowed * %(consent_share)s / 100.0))))
        end as for_consent
    from limits
),

reserves as (
    select
        seconds,
        allowed,
        for_consent + case
            -- In a period of minutes, a routine request need not wait long, because bulk requests yield to it.
            when %(priority)s = 'bulk' and seconds > 300
                then greatest(0, least(allowed - for_consent - 1, ceil(allowed * %(routine_share)s / 100.0)))
            else 0
        end as reserved
    from consent_reserves
),

periods as (
    select
        reserves.seconds,
        reserves.allowed - reserves.reserved - coalesce(sum(leases.requests), 0) as free
    from reserves
    left join ops.request_leases as leases
        on leases.client_key = %(client_key)s
        and leases.leased_at
        > clock_timestamp() - make_interval(secs => reserves.seconds + %(margin_seconds)s)
    group by reserves.seconds, reserves.allowed, reserves.reserved
),

available as (
    -- A full period has room again when enough of its oldest leases have expired.
    select
        periods.free,
        case when periods.free <= 0 then (
            select extract(epoch from
                min(recent.leased_at)
                + make_interval(secs => periods.seconds + %(margin_seconds)s)
                - clock_timestamp()
            )
            from (
                select
                    leases.leased_at,
                    sum(leases.requests) over (order by leases.leased_at, leases.id) as leaving
                from ops.request_leases as leases
                where leases.client_key = %(client_key)s
                and leases.leased_at
                > clock_timestamp() - make_interval(secs => periods.seconds + %(margin_seconds)s)
            ) as recent
            where recent.leaving > -periods.free
        ) end as wait_seconds
    from periods
    union all
    -- WHOOP reports about one period: the one with the reported limit. Without such a limit, it is the shortest period that
    -- is not shorter than the time until resets_at.
    select
        budget.remaining - reported.reserved,
        case when budget.remaining <= reported.reserved
            then extract(epoch from budget.resets_at - clock_timestamp())
        end
    from budget
    cross join lateral (
        select reserves.reserved
        from reserves
        order by
            coalesce(reserves.allowed = budget.reported_limit, false) desc,
            reserves.seconds < extract(epoch from budget.resets_at - clock_timestamp()),
            abs(reserves.seconds - extract(epoch from budget.resets_at - clock_timestamp()))
        limit 1
    ) as reported
    where budget.remaining is not null
    union all
    select
        0,
        extract(epoch from budget.yields_until - clock_timestamp())
    from budget
    where budget.yields_until > clock_timestamp()
),

decision as (
    select
        -- At most a tenth of what is left, so that other tasks get their share.
        greatest(0, least(%(wanted)s, case when min(free) > 0 then greatest(1, floor(min(free) / 10)) else 0 end))
            as granted,
        greatest(0, coalesce(max(wait_seconds), 0)) as wait_seconds
    from available
),

counted_down as (
    update ops.request_budgets
    set
        remaining = ops.request_budgets.remaining - decision.granted,
        consent_until = case
            when %(priority)s = 'consent' and decision.granted = 0
                then clock_timestamp() + make_interval(secs => least(decision.wait_seconds, 60) + %(yield_seconds)s)
            else ops.request_budgets.consent_until
        end,
        routine_until = case
            when %(priority)s = 'routine'
                then clock_timestamp() + make_interval(secs => least(decision.wait_seconds, 60) + %(yield_seconds)s)
            else ops.request_budgets.routine_until
        end
    from decision
    where ops.request_budgets.client_key = %(client_key)s
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
    decision.wait_seconds::double precision as wait_seconds,
    (select id from leased) as lease_id
from decision
