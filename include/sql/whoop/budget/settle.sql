-- Settle a lease: from now on it counts for the requests that were actually sent.
-- Grain: one row. Parameters: lease_id, sent.
-- Inputs: none. Outputs: ops.request_leases.
update ops.request_leases
set requests = %(sent)s
where id = %(lease_id)s
