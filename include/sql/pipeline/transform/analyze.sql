-- Analyse the keys of the tables that the transform writes, if they were never analysed: after the first run the planner
-- would otherwise guess, and autovacuum, which analyses all columns, may be minutes away. Parameters: none.
do $$
begin
    if (select reltuples < 0 from pg_catalog.pg_class where oid = 'analytics.days'::regclass) then
        set local default_statistics_target = 10;
        analyze
        analytics.cycle_days (integration, athlete_id, metric_date),
        analytics.days (integration, athlete_id, metric_date),
        analytics.rolling (integration, athlete_id, metric_date);
        set local default_statistics_target to default;
    end if;
end
$$
