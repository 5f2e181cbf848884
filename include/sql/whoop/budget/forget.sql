-- Delete the leases that no longer count, because they are older than every rate limit period.
-- Grain: one row per lease. Parameters: client_key.
-- Inputs: none. Outputs: ops.request_leases.
delete from ops.request_leases
where client_key = %(client_key)s
and leased_at < clock_timestamp() - interval '25 hours'
