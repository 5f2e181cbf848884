-- One staging or transform of an integration at a time. Parameters: integration.
select pg_advisory_xact_lock(hashtextextended('wearables:' || %(integration)s, 0))
