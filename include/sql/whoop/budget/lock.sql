-- One row: the budget, locked first, so that the next statement sees every lease of others.
-- Parameters: client_key.
select client_key
from ops.request_budgets
where client_key = %(client_key)s
for update
