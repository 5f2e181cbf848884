-- Create the budget of a WHOOP app before its first request.
-- Grain: one row. Parameters: client_key, default_limits.
-- Inputs: none. Outputs: ops.request_budgets.
insert into ops.request_budgets (client_key, limits)
values (%(client_key)s, %(default_limits)s)
on conflict do nothing
