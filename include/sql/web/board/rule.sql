-- The rule that decides whether an athlete stands out.
-- Grain: one row.
-- Parameters: none.
-- Inputs: analytics.flag_rules.
-- Outputs: description; false_alarm_rate and false_alarm_rate_correlated, shares of athlete-days flagged even if
--   nothing has changed.
select
    description,
    false_alarm_rate,
    false_alarm_rate_correlated
from analytics.flag_rules
where rule = 'default'
