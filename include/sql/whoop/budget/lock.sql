-- Lock the budget, so that the next statement sees all leases of other tasks. One row.
-- Parameters: client_key.
select client_key
from ops.request_budgets
where client_key = %(client_key)s
for update
