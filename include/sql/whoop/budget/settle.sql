-- Settle a lease: from now on it counts for the requests that were actually sent, and the others can be leased again.
-- Grain: one row. Parameters: lease_id, sent.
-- Inputs: none. Outputs: ops.request_leases, ops.request_budgets (remaining).
with lease as (
    select
        client_key,
        leased_at,
        requests
    from ops.request_leases
    where id = %(lease_id)s
),

settled as (
    update ops.request_leases
    set requests = %(sent)s
    where id = %(lease_id)s
)

update ops.request_budgets as budget
set remaining = budget.remaining + lease.requests - %(sent)s
from lease
where budget.client_key = lease.client_key
-- a lease from an earlier period was not subtracted from this number
and lease.leased_at >= budget.counted_from
