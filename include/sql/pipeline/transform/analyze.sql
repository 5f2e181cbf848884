-- Analyse the tables that the transform writes, if they were never analysed: after the first run the planner would
-- otherwise guess, and autovacuum may be minutes away. Parameters: none.
do $$
begin
    if (select reltuples < 0 from pg_catalog.pg_class where oid = 'analytics.days'::regclass) then
        set local default_statistics_target = 10;
        analyze analytics.cycle_days, analytics.days, analytics.rolling;
        set local default_statistics_target to default;
    end if;
end
$$
