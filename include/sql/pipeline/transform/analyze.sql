-- As stage/analyze.sql, for what the transform writes.
do $$
begin
    if (select reltuples < 0 from pg_catalog.pg_class where oid = 'analytics.metrics'::regclass) then
        set local default_statistics_target = 10;
        analyze analytics.metrics, analytics.cycle_days, analytics.days, analytics.rolling;
        set local default_statistics_target to default;
    end if;
end
$$
