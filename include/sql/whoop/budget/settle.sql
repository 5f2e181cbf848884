-- Settle a lease: from now on it counts for the requests that were actually sent. Parameters: lease_id, sent.
update ops.request_leases
set requests = %(sent)s
where id = %(lease_id)s
