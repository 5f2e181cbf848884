-- The integrations with answers that may be attempted now.
-- Grain: one row per integration.
-- Parameters: none.
-- Inputs: vault.invites.
-- Outputs: integration.
select distinct integration
from vault.invites
where code is not null
and due_at <= now()
