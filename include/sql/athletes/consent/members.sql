-- One row per athlete who takes a slot of the WHOOP app: who has a grant. Parameters: integration.
select athlete_id
from vault.grants
where integration = %(integration)s
