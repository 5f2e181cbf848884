-- One row: the rule by which athletes stand out, and how often it does so for no reason.
select
    description,
    false_alarm_rate,
    false_alarm_rate_correlated
from analytics.flag_rules
where rule = 'default'
