-- Drop every view of repeatable/, in reverse order of dependency, before anything is applied. Migrations can then change
-- the tables below the views, and a view can change its columns. Add new views here; keep the names of removed ones. A function
-- that returns rows of a view goes first.
drop function if exists analytics.metrics_as_of(timestamptz);
drop view if exists
analytics_pseudonymous.athletes, analytics_pseudonymous.athlete_days, analytics_pseudonymous.metrics,
analytics_pseudonymous.workouts, analytics_pseudonymous.sleeps, analytics_pseudonymous.trends,
analytics_pseudonymous.flags, analytics_pseudonymous.coverage,
vault.pseudonyms,
analytics.coverage, analytics.flags, analytics.trends, analytics.changes, analytics.sleeps, analytics.workouts,
analytics.athletes, analytics.athlete_days, analytics.metrics,
raw.current_records;
