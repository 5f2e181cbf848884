-- The athletes who use a member slot of the WHOOP app: those with a grant.
-- Grain: one row per athlete.
-- Parameters: integration.
-- Inputs: vault.grants.
-- Outputs: athlete_id.
select athlete_id
from vault.grants
where integration = %(integration)s
