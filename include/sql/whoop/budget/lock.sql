-- Lock the budget, so that the next statement sees all leases of other tasks.
-- Grain: exactly one row. Parameters: client_key.
-- Inputs: ops.request_budgets. Outputs: none.
select client_key
from ops.request_budgets
where client_key = %(client_key)s
for update
