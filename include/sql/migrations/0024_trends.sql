-- How each metric and trend is made, and how far to trust it; the view of the trends.

alter table analytics.metric_definitions
add column kind text not null default 'metric' check (kind in ('metric', 'trend')),
add column formula text,
add column minimum_data text,
add column status text check (status in ('accepted', 'contested', 'house')),
add column citation text;
comment on table analytics.metric_definitions is 'One row per metric of analytics.metrics and per trend of analytics.trends.';
comment on column analytics.metric_definitions.metric is 'Name of the metric, or column of the trend.';
comment on column analytics.metric_definitions.source is 'Field of WHOOP it comes from; of a trend, the metrics.';
comment on column analytics.metric_definitions.kind is 'metric (a row of analytics.metrics) or trend (a column of analytics.trends).';
comment on column analytics.metric_definitions.formula is 'How it is computed; t is the date, and a window is a range of dates.';
comment on column analytics.metric_definitions.minimum_data is 'Below it there is no value.';
comment on column analytics.metric_definitions.status is 'accepted, contested or house (a choice of this project).';
comment on column analytics.metric_definitions.citation is 'Where formula or status come from.';

-- noqa: disable=LT05
update analytics.metric_definitions as known
set
    formula = told.formula,
    minimum_data = '1 record',
    status = told.status,
    citation = told.citation
from (
    values
    ('day_strain', 'As WHOOP gives it; a saturating scale that is averaged at most and never added up', 'contested', 'WHOOP support 360019453214'),
    ('energy', 'As WHOOP gives it', 'accepted', 'WHOOP developer documentation'),
    ('average_heart_rate', 'As WHOOP gives it', 'accepted', 'WHOOP developer documentation'),
    ('max_heart_rate', 'As WHOOP gives it', 'accepted', 'WHOOP developer documentation'),
    ('steps', 'As WHOOP gives it', 'accepted', 'WHOOP developer documentation'),
    ('recovery', 'As WHOOP gives it', 'contested', 'Doherty 2025, doi 10.1515/teb-2025-0001: composite scores have undisclosed weights and little independent validation'),
    ('resting_heart_rate', 'As WHOOP gives it', 'accepted', 'Dial 2025, Physiological Reports: nocturnal HRV concordance 0.94, resting heart rate error 3 %'),
    ('heart_rate_variability', 'As WHOOP gives it', 'accepted', 'Dial 2025, Physiological Reports: nocturnal HRV concordance 0.94, resting heart rate error 3 %'),
    ('blood_oxygen', 'As WHOOP gives it', 'accepted', 'WHOOP developer documentation'),
    ('skin_temperature', 'As WHOOP gives it', 'accepted', 'WHOOP developer documentation'),
    ('sleep_performance', 'As WHOOP gives it', 'contested', 'Doherty 2025, doi 10.1515/teb-2025-0001: composite scores have undisclosed weights and little independent validation'),
    ('hours_of_sleep', '(light + slow-wave + REM) / 3,600,000', 'accepted', 'Miller 2020, doi 10.1080/02640414.2020.1797448: total sleep time is 8 min too long on average'),
    ('sleep_efficiency', 'As WHOOP gives it', 'accepted', 'WHOOP developer documentation'),
    ('sleep_consistency', 'As WHOOP gives it', 'contested', 'Doherty 2025, doi 10.1515/teb-2025-0001: composite scores have undisclosed weights and little independent validation'),
    ('respiratory_rate', 'As WHOOP gives it', 'accepted', 'WHOOP developer documentation'),
    ('light_sleep', 'milliseconds / 3,600,000', 'contested', 'Miller 2020, doi 10.1080/02640414.2020.1797448: four stages agree with the laboratory in 64 % of epochs'),
    ('slow_wave_sleep', 'milliseconds / 3,600,000', 'contested', 'Miller 2020, doi 10.1080/02640414.2020.1797448: four stages agree with the laboratory in 64 % of epochs'),
    ('rem_sleep', 'milliseconds / 3,600,000', 'contested', 'Miller 2020, doi 10.1080/02640414.2020.1797448: four stages agree with the laboratory in 64 % of epochs'),
    ('awake_time', 'milliseconds / 3,600,000', 'contested', 'Miller 2020, doi 10.1080/02640414.2020.1797448: four stages agree with the laboratory in 64 % of epochs'),
    ('time_in_bed', 'milliseconds / 3,600,000', 'accepted', 'WHOOP developer documentation'),
    ('sleep_cycles', 'As WHOOP gives it', 'contested', 'Miller 2020, doi 10.1080/02640414.2020.1797448: four stages agree with the laboratory in 64 % of epochs'),
    ('disturbances', 'As WHOOP gives it', 'contested', 'Miller 2020, doi 10.1080/02640414.2020.1797448: four stages agree with the laboratory in 64 % of epochs'),
    ('sleep_need', 'baseline + debt + strain + naps (zero or negative)', 'contested', 'WHOOP developer documentation: the parts add up to the need'),
    ('naps', 'Number of naps', 'accepted', 'WHOOP developer documentation'),
    ('nap_hours', '(light + slow-wave + REM) / 3,600,000, added up', 'accepted', 'Miller 2020, doi 10.1080/02640414.2020.1797448'),
    ('workouts', 'Number of workouts', 'accepted', 'WHOOP developer documentation'),
    ('workout_minutes', '(end - start) / 60 s, added up', 'accepted', 'WHOOP developer documentation'),
    ('workout_energy', 'Kilojoules added up', 'accepted', 'WHOOP developer documentation'),
    ('zone_0_minutes', 'milliseconds / 60,000, added up; WHOOP sets the zones, no laboratory', 'accepted', 'WHOOP developer documentation'),
    ('zone_1_minutes', 'milliseconds / 60,000, added up; WHOOP sets the zones, no laboratory', 'accepted', 'WHOOP developer documentation'),
    ('zone_2_minutes', 'milliseconds / 60,000, added up; WHOOP sets the zones, no laboratory', 'accepted', 'WHOOP developer documentation'),
    ('zone_3_minutes', 'milliseconds / 60,000, added up; WHOOP sets the zones, no laboratory', 'accepted', 'WHOOP developer documentation'),
    ('zone_4_minutes', 'milliseconds / 60,000, added up; WHOOP sets the zones, no laboratory', 'accepted', 'WHOOP developer documentation'),
    ('zone_5_minutes', 'milliseconds / 60,000, added up; WHOOP sets the zones, no laboratory', 'accepted', 'WHOOP developer documentation')
) as told (metric, formula, status, citation)
where known.metric = told.metric;

insert into analytics.metric_definitions (metric, kind, title, unit, description, source, formula, minimum_data, status, citation)
values
    ('ln_rmssd', 'trend', 'ln RMSSD', 'ln ms', 'ln RMSSD of the date, if it is scored and not calibrating', 'heart_rate_variability', 'x = ln(RMSSD) of the date', '1 day', 'accepted', 'Plews 2014, doi 10.1123/ijspp.2013-0455'),
    ('ln_rmssd_7d', 'trend', 'ln RMSSD, 7 days', 'ln ms', 'Mean of ln RMSSD over the week that ends on the date', 'heart_rate_variability', 'mean of x over t-6 ... t', '3 of 7 days; fewer than 5 is low_confidence', 'accepted', 'Plews 2014, doi 10.1123/ijspp.2013-0455; Flatt & Esco 2015, IJSPP 10(8):994'),
    ('ln_rmssd_baseline', 'trend', 'ln RMSSD, baseline', 'ln ms', 'What is usual for this athlete', 'heart_rate_variability', 'mean28 = mean of x over t-28 ... t-1', '14 of 28 days', 'accepted', 'AthleteMonitoring: rolling four weeks of the athlete; the length of the window is a convention'),
    ('ln_rmssd_baseline_sd', 'trend', 'ln RMSSD, baseline spread', 'ln ms', 'How much ln RMSSD usually varies from day to day', 'heart_rate_variability', 'SD28 = sample SD of x over t-28 ... t-1', '14 of 28 days', 'accepted', 'AthleteMonitoring: rolling four weeks of the athlete'),
    ('ln_rmssd_deviation', 'trend', 'ln RMSSD, deviation', 'ln ms', 'ln RMSSD above the baseline', 'heart_rate_variability', 'x - mean28', '14 of 28 days', 'accepted', 'common practice'),
    ('ln_rmssd_z', 'trend', 'ln RMSSD, z', 'SD', 'ln RMSSD above the baseline in units of its usual spread', 'heart_rate_variability', '(x - mean28) / SD28', '14 of 28 days, SD28 > 0', 'accepted', 'AthleteMonitoring: rolling four weeks of the athlete; its cut-offs at 1 and 2 are contested'),
    ('ln_rmssd_7d_z', 'trend', 'ln RMSSD, 7 days, z', 'SD', 'The weeks mean above the baseline in units of the usual spread of days', 'heart_rate_variability', '(mean7 - mean28) / SD28', 'those of mean7, 14 of 28 days, SD28 > 0', 'accepted', 'Plews 2014, doi 10.1123/ijspp.2013-0455'),
    ('ln_rmssd_robust_z', 'trend', 'ln RMSSD, robust z', 'SD', 'As z, and one odd night in the baseline hardly moves it', 'heart_rate_variability', '(x - median28) / (1.4826 * MAD28)', '14 of 28 days, MAD28 > 0', 'accepted', 'standard statistics: 1.4826 MAD is the SD of normal data'),
    ('ln_rmssd_swc_low', 'trend', 'ln RMSSD, smallest worthwhile change, low', 'ln ms', 'Below it a change is worth a look', 'heart_rate_variability', 'mean28 - 0.5 * SD28', '14 of 28 days', 'contested', 'Plews and Buchheit use 0.5, AthleteMonitoring 0.3: the multiplier is contested'),
    ('ln_rmssd_swc_high', 'trend', 'ln RMSSD, smallest worthwhile change, high', 'ln ms', 'Above it a change is worth a look', 'heart_rate_variability', 'mean28 + 0.5 * SD28', '14 of 28 days', 'contested', 'Plews and Buchheit use 0.5, AthleteMonitoring 0.3: the multiplier is contested'),
    ('resting_heart_rate_7d', 'trend', 'Resting heart rate, 7 days', 'bpm', 'Mean of Resting heart rate over the week that ends on the date', 'resting_heart_rate', 'mean of x over t-6 ... t', '5 of 7 days', 'accepted', 'common practice'),
    ('resting_heart_rate_baseline', 'trend', 'Resting heart rate, baseline', 'bpm', 'What is usual for this athlete', 'resting_heart_rate', 'mean28 = mean of x over t-28 ... t-1', '14 of 28 days', 'accepted', 'AthleteMonitoring: rolling four weeks of the athlete; the length of the window is a convention'),
    ('resting_heart_rate_baseline_sd', 'trend', 'Resting heart rate, baseline spread', 'bpm', 'How much Resting heart rate usually varies from day to day', 'resting_heart_rate', 'SD28 = sample SD of x over t-28 ... t-1', '14 of 28 days', 'accepted', 'AthleteMonitoring: rolling four weeks of the athlete'),
    ('resting_heart_rate_deviation', 'trend', 'Resting heart rate, deviation', 'bpm', 'Resting heart rate above the baseline', 'resting_heart_rate', 'x - mean28', '14 of 28 days', 'accepted', 'common practice'),
    ('resting_heart_rate_z', 'trend', 'Resting heart rate, z', 'SD', 'Resting heart rate above the baseline in units of its usual spread', 'resting_heart_rate', '(x - mean28) / SD28', '14 of 28 days, SD28 > 0', 'accepted', 'AthleteMonitoring: rolling four weeks of the athlete; its cut-offs at 1 and 2 are contested'),
    ('resting_heart_rate_7d_z', 'trend', 'Resting heart rate, 7 days, z', 'SD', 'The weeks mean above the baseline in units of the usual spread of days', 'resting_heart_rate', '(mean7 - mean28) / SD28', 'those of mean7, 14 of 28 days, SD28 > 0', 'accepted', 'Plews 2014, doi 10.1123/ijspp.2013-0455'),
    ('resting_heart_rate_robust_z', 'trend', 'Resting heart rate, robust z', 'SD', 'As z, and one odd night in the baseline hardly moves it', 'resting_heart_rate', '(x - median28) / (1.4826 * MAD28)', '14 of 28 days, MAD28 > 0', 'accepted', 'standard statistics: 1.4826 MAD is the SD of normal data'),
    ('resting_heart_rate_swc_low', 'trend', 'Resting heart rate, smallest worthwhile change, low', 'bpm', 'Below it a change is worth a look', 'resting_heart_rate', 'mean28 - 0.5 * SD28', '14 of 28 days', 'contested', 'Plews and Buchheit use 0.5, AthleteMonitoring 0.3: the multiplier is contested'),
    ('resting_heart_rate_swc_high', 'trend', 'Resting heart rate, smallest worthwhile change, high', 'bpm', 'Above it a change is worth a look', 'resting_heart_rate', 'mean28 + 0.5 * SD28', '14 of 28 days', 'contested', 'Plews and Buchheit use 0.5, AthleteMonitoring 0.3: the multiplier is contested'),
    ('hours_of_sleep_7d', 'trend', 'Sleep time, 7 days', 'h', 'Mean of Sleep time over the week that ends on the date', 'hours_of_sleep', 'mean of x over t-6 ... t', '5 of 7 days', 'accepted', 'common practice'),
    ('hours_of_sleep_baseline', 'trend', 'Sleep time, baseline', 'h', 'What is usual for this athlete', 'hours_of_sleep', 'mean28 = mean of x over t-28 ... t-1', '14 of 28 days', 'accepted', 'AthleteMonitoring: rolling four weeks of the athlete; the length of the window is a convention'),
    ('hours_of_sleep_baseline_sd', 'trend', 'Sleep time, baseline spread', 'h', 'How much Sleep time usually varies from day to day', 'hours_of_sleep', 'SD28 = sample SD of x over t-28 ... t-1', '14 of 28 days', 'accepted', 'AthleteMonitoring: rolling four weeks of the athlete'),
    ('hours_of_sleep_deviation', 'trend', 'Sleep time, deviation', 'h', 'Sleep time above the baseline', 'hours_of_sleep', 'x - mean28', '14 of 28 days', 'accepted', 'common practice'),
    ('hours_of_sleep_z', 'trend', 'Sleep time, z', 'SD', 'Sleep time above the baseline in units of its usual spread', 'hours_of_sleep', '(x - mean28) / SD28', '14 of 28 days, SD28 > 0', 'accepted', 'AthleteMonitoring: rolling four weeks of the athlete; its cut-offs at 1 and 2 are contested'),
    ('hours_of_sleep_7d_z', 'trend', 'Sleep time, 7 days, z', 'SD', 'The weeks mean above the baseline in units of the usual spread of days', 'hours_of_sleep', '(mean7 - mean28) / SD28', 'those of mean7, 14 of 28 days, SD28 > 0', 'accepted', 'Plews 2014, doi 10.1123/ijspp.2013-0455'),
    ('hours_of_sleep_robust_z', 'trend', 'Sleep time, robust z', 'SD', 'As z, and one odd night in the baseline hardly moves it', 'hours_of_sleep', '(x - median28) / (1.4826 * MAD28)', '14 of 28 days, MAD28 > 0', 'accepted', 'standard statistics: 1.4826 MAD is the SD of normal data'),
    ('hours_of_sleep_swc_low', 'trend', 'Sleep time, smallest worthwhile change, low', 'h', 'Below it a change is worth a look', 'hours_of_sleep', 'mean28 - 0.5 * SD28', '14 of 28 days', 'contested', 'Plews and Buchheit use 0.5, AthleteMonitoring 0.3: the multiplier is contested'),
    ('hours_of_sleep_swc_high', 'trend', 'Sleep time, smallest worthwhile change, high', 'h', 'Above it a change is worth a look', 'hours_of_sleep', 'mean28 + 0.5 * SD28', '14 of 28 days', 'contested', 'Plews and Buchheit use 0.5, AthleteMonitoring 0.3: the multiplier is contested'),
    ('ln_rmssd_band_low', 'trend', 'HRV band, low', 'ln ms', 'A week below it is read as strained', 'heart_rate_variability', 'mean60 - 0.5 * SD60, over t-60 ... t-1', '30 of 60 days', 'contested', 'Kiviniemi 2007 and the Plews line; the multiplier is contested'),
    ('ln_rmssd_band_high', 'trend', 'HRV band, high', 'ln ms', 'A week above it is unusual as well', 'heart_rate_variability', 'mean60 + 0.5 * SD60, over t-60 ... t-1', '30 of 60 days', 'contested', 'Kiviniemi 2007 and the Plews line; the multiplier is contested'),
    ('hrv_cv7_raw', 'trend', 'HRV coefficient of variation, raw', '%', 'Spread of the weeks RMSSD; not to be compared with hrv_cv7_ln', 'heart_rate_variability', 'SD7 / mean7 * 100 of RMSSD over t-6 ... t', '5 of 7 days', 'contested', 'Flatt & Esco 2015, IJSPP 10(8):994; Grosicki 2026, doi 10.1152/ajpheart.00738.2025; on raw RMSSD, as Open Wearables does'),
    ('hrv_cv7_ln', 'trend', 'HRV coefficient of variation, ln', '%', 'Spread of the weeks ln RMSSD; not to be compared with hrv_cv7_raw', 'heart_rate_variability', 'SD7 / mean7 * 100 of ln RMSSD over t-6 ... t', '5 of 7 days', 'contested', 'Flatt & Esco 2015, IJSPP 10(8):994; Grosicki 2026, doi 10.1152/ajpheart.00738.2025; on ln RMSSD, the Plews line'),
    ('respiratory_rate_deviation', 'trend', 'Respiratory rate, deviation', 'breaths/min', 'Respiratory rate above the baseline', 'respiratory_rate', 'x - mean28', '14 of 28 days', 'house', 'vendors and literature of the pandemic; specificity is low'),
    ('respiratory_rate_z', 'trend', 'Respiratory rate, z', 'SD', 'The same in units of its usual spread', 'respiratory_rate', '(x - mean28) / SD28', '14 of 28 days, SD28 > 0', 'house', 'vendors and literature of the pandemic; specificity is low'),
    ('skin_temperature_deviation', 'trend', 'Skin temperature, deviation', 'celsius', 'Skin temperature above the median', 'skin_temperature', 'x - median28', '14 of 28 days', 'house', 'common practice, exploratory; strap 4.0 or later'),
    ('total_sleep', 'trend', 'Sleep with naps', 'h', 'Main sleep and naps of the date', 'hours_of_sleep, nap_hours', 'hours_of_sleep + nap_hours', '1 main sleep', 'accepted', 'arithmetic; may differ from the app'),
    ('sleep_debt_vendor', 'trend', 'Sleep debt, WHOOP', 'h', 'Need that WHOOP adds for too little sleep before', 'sleep.score.sleep_needed', 'need_from_sleep_debt_milli / 3,600,000', '1 main sleep', 'contested', 'WHOOP developer documentation; the method is proprietary'),
    ('sleep_debt_open', 'trend', 'Sleep debt, open', 'h', 'Sleep short of the baseline need over two weeks, naps counted as sleep; a long night pays nothing back', 'hours_of_sleep, nap_hours, sleep.score.sleep_needed', 'sum over t-13 ... t of max(0, need_baseline - total_sleep)', '10 of 14 days', 'house', 'Van Dongen 2003 for the cumulative effect; window, sign and need are choices of this project'),
    ('sleep_balance', 'trend', 'Sleep balance', 'h', 'The same with long nights counted against short ones; negative is too little', 'hours_of_sleep, nap_hours, sleep.score.sleep_needed', 'sum over t-13 ... t of (total_sleep - need_baseline)', '10 of 14 days', 'house', 'Van Dongen 2003 for the cumulative effect; window, sign and need are choices of this project'),
    ('sleep_midpoint', 'trend', 'Sleep midpoint', 'h', 'Middle of the main sleep by the clock of the athlete, 0 to 24', 'sleep.start, sleep.end', 'local start + (end - start) / 2', '1 main sleep', 'accepted', 'Fischer 2021, doi 10.1093/sleep/zsab103'),
    ('midpoint_variability', 'trend', 'Sleep midpoint, variability', 'h', 'How irregular the weeks nights were; read weeks of travel apart', 'sleep.start, sleep.end', 'circular SD over t-6 ... t: sqrt(-2 ln R) * 24 / (2 pi), R the mean resultant length', '5 of 7 days', 'accepted', 'Fischer 2021, doi 10.1093/sleep/zsab103'),
    ('recovery_zone', 'trend', 'Recovery zone', '', 'green, yellow or red', 'recovery', 'green from 67, yellow from 34, else red', '1 day', 'contested', 'WHOOP support: definition of the vendor'),
    ('wear_7d', 'trend', 'Wear', '%', 'Part of the weeks nights with a scored recovery: look here before anywhere else', 'recovery', 'dates of t-6 ... t with a recovery / 7 * 100', '7 dates since the first with data', 'accepted', 'common practice'),
    ('energy_7d', 'trend', 'Energy, week', 'kJ', 'Load of the week that ends on the date; missing days count as the mean of the others', 'energy', '7 * mean of x over t-6 ... t', '5 of 7 days', 'accepted', 'common practice; the policy for gaps is a choice of this project'),
    ('energy_change', 'trend', 'Energy, week to week', '%', 'The week against the week before', 'energy', '(mean of t-6 ... t) / (mean of t-13 ... t-7) * 100 - 100', '5 of 7 days in both weeks', 'accepted', 'common practice: the honest alternative to ACWR'),
    ('energy_ewma7', 'trend', 'Energy, EWMA 7', 'kJ', 'Mean of late, the newest days weighing most', 'energy', 'sum of x * 0.75^age / sum of 0.75^age over the valid days of t-83 ... t (lambda = 2 / (7 + 1))', '28 of 84 days', 'accepted', 'Williams 2017, doi 10.1136/bjsports-2016-096589; gaps as in Moussa 2019, doi 10.1136/bmjsem-2019-000573'),
    ('energy_ewma28', 'trend', 'Energy, EWMA 28', 'kJ', 'Mean of the past weeks, the newest days weighing most', 'energy', 'sum of x * (27/29)^age / sum of (27/29)^age over the valid days of t-83 ... t (lambda = 2 / (28 + 1))', '28 of 84 days', 'accepted', 'Williams 2017, doi 10.1136/bjsports-2016-096589; gaps as in Moussa 2019, doi 10.1136/bmjsem-2019-000573'),
    ('energy_acwr', 'trend', 'Energy, ACWR, uncoupled', '', 'The week against the three weeks before; tells nothing about injury, and has no colour', 'energy', '(mean of t-6 ... t) / (mean of t-27 ... t-7)', '5 of 7 and 15 of 21 days', 'contested', 'Windt & Gabbett 2019, BJSM 53:988; against it Impellizzeri 2020, doi 10.1007/s40279-020-01378-6'),
    ('energy_acwr_ewma', 'trend', 'Energy, ACWR, EWMA', '', 'EWMA 7 against EWMA 28; tells nothing about injury, and has no colour', 'energy', 'ewma7 / ewma28', '28 of 84 days', 'contested', 'Williams 2017, doi 10.1136/bjsports-2016-096589; against it Impellizzeri 2020, doi 10.1007/s40279-020-01378-6'),
    ('zone_load', 'trend', 'Zone load', 'zone min', 'Additive load of the date', 'zone_1_minutes ... zone_5_minutes', 'x = sum over zones 1 ... 5 of minutes * zone; 0 on a day without a workout that WHOOP was asked about', '1 closed day', 'accepted', 'TRIMP family, weights of Edwards; zones of a vendor are not those of a laboratory'),
    ('zone_load_7d', 'trend', 'Zone load, week', 'zone min', 'Load of the week that ends on the date; missing days count as the mean of the others', 'zone_1_minutes ... zone_5_minutes', '7 * mean of x over t-6 ... t', '5 of 7 days', 'accepted', 'common practice; the policy for gaps is a choice of this project'),
    ('zone_load_change', 'trend', 'Zone load, week to week', '%', 'The week against the week before', 'zone_1_minutes ... zone_5_minutes', '(mean of t-6 ... t) / (mean of t-13 ... t-7) * 100 - 100', '5 of 7 days in both weeks', 'accepted', 'common practice: the honest alternative to ACWR'),
    ('zone_load_ewma7', 'trend', 'Zone load, EWMA 7', 'zone min', 'Mean of late, the newest days weighing most', 'zone_1_minutes ... zone_5_minutes', 'sum of x * 0.75^age / sum of 0.75^age over the valid days of t-83 ... t (lambda = 2 / (7 + 1))', '28 of 84 days', 'accepted', 'Williams 2017, doi 10.1136/bjsports-2016-096589; gaps as in Moussa 2019, doi 10.1136/bmjsem-2019-000573'),
    ('zone_load_ewma28', 'trend', 'Zone load, EWMA 28', 'zone min', 'Mean of the past weeks, the newest days weighing most', 'zone_1_minutes ... zone_5_minutes', 'sum of x * (27/29)^age / sum of (27/29)^age over the valid days of t-83 ... t (lambda = 2 / (28 + 1))', '28 of 84 days', 'accepted', 'Williams 2017, doi 10.1136/bjsports-2016-096589; gaps as in Moussa 2019, doi 10.1136/bmjsem-2019-000573'),
    ('zone_load_acwr', 'trend', 'Zone load, ACWR, uncoupled', '', 'The week against the three weeks before; tells nothing about injury, and has no colour', 'zone_1_minutes ... zone_5_minutes', '(mean of t-6 ... t) / (mean of t-27 ... t-7)', '5 of 7 and 15 of 21 days', 'contested', 'Windt & Gabbett 2019, BJSM 53:988; against it Impellizzeri 2020, doi 10.1007/s40279-020-01378-6'),
    ('zone_load_acwr_ewma', 'trend', 'Zone load, ACWR, EWMA', '', 'EWMA 7 against EWMA 28; tells nothing about injury, and has no colour', 'zone_1_minutes ... zone_5_minutes', 'ewma7 / ewma28', '28 of 84 days', 'contested', 'Williams 2017, doi 10.1136/bjsports-2016-096589; against it Impellizzeri 2020, doi 10.1007/s40279-020-01378-6'),
    ('zone_load_monotony', 'trend', 'Monotony', '', 'How alike the days of the week were', 'zone_1_minutes ... zone_5_minutes', 'mean of zone load / its sample SD over t-6 ... t', '7 of 7 days, SD > 0', 'contested', 'Foster 1998; the population SD would make it 8 % greater'),
    ('zone_load_foster_strain', 'trend', 'Foster strain', 'zone min', 'Load of the week times its monotony', 'zone_1_minutes ... zone_5_minutes', 'zone_load_7d * zone_load_monotony', '7 of 7 days, SD > 0', 'contested', 'Foster 1998; his cut-offs hold for session RPE, not for these units');
-- noqa: enable=LT05

alter table analytics.metric_definitions
alter column formula set not null,
alter column minimum_data set not null,
alter column status set not null,
alter column citation set not null;

create function analytics.z_score(value double precision, usual double precision, spread double precision, days integer)
returns double precision
language sql immutable parallel safe as $$
    -- a spread of rounding errors is none
    select case when days >= 14 and spread > 1e-9 then (value - usual) / spread end
$$;
comment on function analytics.z_score(double precision, double precision, double precision, integer) is 'How far a value lies from what is usual, in units of its spread; null below 14 days or without spread.';

create function analytics.signal_status(value double precision, spread double precision, days integer)
returns text
language sql immutable parallel safe as $$
    select case
        when value is null then 'no_value'
        when days < 14 then 'warming_up'
        when spread > 1e-9 then 'ok'
        else 'no_spread'
    end
$$;
comment on function analytics.signal_status(double precision, double precision, integer) is 'Why a value has no z-score, or ok.';

create view analytics.trends as
with known as (
    select
        rolling.*,
        days.sleep_debt_vendor,
        days.recovery,
        sqrt(rolling.midpoint_cosine7 ^ 2 + rolling.midpoint_sine7 ^ 2) as mean_length
    from analytics.rolling as rolling
    left join analytics.days as days
        on rolling.integration = days.integration
        and rolling.athlete_id = days.athlete_id
        and rolling.metric_date = days.metric_date
)

select
    integration,
    athlete_id,
    metric_date,
    least(ln_rmssd_n28, resting_heart_rate_n28, hours_of_sleep_n28) < 14 as warming_up,
    ln_rmssd,
    analytics.signal_status(ln_rmssd, ln_rmssd_sd28, ln_rmssd_n28) as ln_rmssd_status,
    case when ln_rmssd_n7 >= 3 then ln_rmssd_mean7 end as ln_rmssd_7d,
    ln_rmssd_n7,
    case
        when ln_rmssd_n7 < 3 then 'warming_up'
        when ln_rmssd_n7 < 5 then 'low_confidence'
        else 'ok'
    end as ln_rmssd_7d_status,
    case when ln_rmssd_n28 >= 14 then ln_rmssd_mean28 end as ln_rmssd_baseline,
    case when ln_rmssd_n28 >= 14 then ln_rmssd_sd28 end as ln_rmssd_baseline_sd,
    ln_rmssd_n28,
    case when ln_rmssd_n28 >= 14 then ln_rmssd - ln_rmssd_mean28 end as ln_rmssd_deviation,
    analytics.z_score(ln_rmssd, ln_rmssd_mean28, ln_rmssd_sd28, ln_rmssd_n28) as ln_rmssd_z,
    case
        when ln_rmssd_n7 >= 3 then analytics.z_score(ln_rmssd_mean7, ln_rmssd_mean28, ln_rmssd_sd28, ln_rmssd_n28)
    end as ln_rmssd_7d_z,
    analytics.z_score(
        ln_rmssd, ln_rmssd_median28, 1.4826 * ln_rmssd_mad28, ln_rmssd_n28
    ) as ln_rmssd_robust_z,
    case when ln_rmssd_n28 >= 14 then ln_rmssd_mean28 - 0.5 * ln_rmssd_sd28 end as ln_rmssd_swc_low,
    case when ln_rmssd_n28 >= 14 then ln_rmssd_mean28 + 0.5 * ln_rmssd_sd28 end as ln_rmssd_swc_high,
    case when ln_rmssd_n60 >= 30 then ln_rmssd_mean60 - 0.5 * ln_rmssd_sd60 end as ln_rmssd_band_low,
    case when ln_rmssd_n60 >= 30 then ln_rmssd_mean60 + 0.5 * ln_rmssd_sd60 end as ln_rmssd_band_high,
    ln_rmssd_n60,
    case when ln_rmssd_n7 >= 5 then 100 * rmssd_sd7 / rmssd_mean7 end as hrv_cv7_raw,
    case
        when ln_rmssd_n7 >= 5 and ln_rmssd_mean7 > 0 then 100 * ln_rmssd_sd7 / ln_rmssd_mean7
    end as hrv_cv7_ln,
    resting_heart_rate,
    analytics.signal_status(
        resting_heart_rate, resting_heart_rate_sd28, resting_heart_rate_n28
    ) as resting_heart_rate_status,
    case when resting_heart_rate_n7 >= 5 then resting_heart_rate_mean7 end as resting_heart_rate_7d,
    resting_heart_rate_n7,
    case
        when resting_heart_rate_n7 < 5 then 'warming_up'
        when resting_heart_rate_n7 < 5 then 'low_confidence'
        else 'ok'
    end as resting_heart_rate_7d_status,
    case when resting_heart_rate_n28 >= 14 then resting_heart_rate_mean28 end as resting_heart_rate_baseline,
    case when resting_heart_rate_n28 >= 14 then resting_heart_rate_sd28 end as resting_heart_rate_baseline_sd,
    resting_heart_rate_n28,
    case
        when resting_heart_rate_n28 >= 14 then resting_heart_rate - resting_heart_rate_mean28
    end as resting_heart_rate_deviation,
    analytics.z_score(
        resting_heart_rate, resting_heart_rate_mean28, resting_heart_rate_sd28, resting_heart_rate_n28
    ) as resting_heart_rate_z,
    case
        when resting_heart_rate_n7 >= 5
            then analytics.z_score(
                resting_heart_rate_mean7, resting_heart_rate_mean28, resting_heart_rate_sd28, resting_heart_rate_n28
            )
    end as resting_heart_rate_7d_z,
    analytics.z_score(
        resting_heart_rate, resting_heart_rate_median28, 1.4826 * resting_heart_rate_mad28, resting_heart_rate_n28
    ) as resting_heart_rate_robust_z,
    case
        when resting_heart_rate_n28 >= 14 then resting_heart_rate_mean28 - 0.5 * resting_heart_rate_sd28
    end as resting_heart_rate_swc_low,
    case
        when resting_heart_rate_n28 >= 14 then resting_heart_rate_mean28 + 0.5 * resting_heart_rate_sd28
    end as resting_heart_rate_swc_high,
    hours_of_sleep,
    analytics.signal_status(hours_of_sleep, hours_of_sleep_sd28, hours_of_sleep_n28) as hours_of_sleep_status,
    case when hours_of_sleep_n7 >= 5 then hours_of_sleep_mean7 end as hours_of_sleep_7d,
    hours_of_sleep_n7,
    case
        when hours_of_sleep_n7 < 5 then 'warming_up'
        when hours_of_sleep_n7 < 5 then 'low_confidence'
        else 'ok'
    end as hours_of_sleep_7d_status,
    case when hours_of_sleep_n28 >= 14 then hours_of_sleep_mean28 end as hours_of_sleep_baseline,
    case when hours_of_sleep_n28 >= 14 then hours_of_sleep_sd28 end as hours_of_sleep_baseline_sd,
    hours_of_sleep_n28,
    case
        when hours_of_sleep_n28 >= 14 then hours_of_sleep - hours_of_sleep_mean28
    end as hours_of_sleep_deviation,
    analytics.z_score(
        hours_of_sleep, hours_of_sleep_mean28, hours_of_sleep_sd28, hours_of_sleep_n28
    ) as hours_of_sleep_z,
    case
        when hours_of_sleep_n7 >= 5
            then analytics.z_score(
                hours_of_sleep_mean7, hours_of_sleep_mean28, hours_of_sleep_sd28, hours_of_sleep_n28
            )
    end as hours_of_sleep_7d_z,
    analytics.z_score(
        hours_of_sleep, hours_of_sleep_median28, 1.4826 * hours_of_sleep_mad28, hours_of_sleep_n28
    ) as hours_of_sleep_robust_z,
    case
        when hours_of_sleep_n28 >= 14 then hours_of_sleep_mean28 - 0.5 * hours_of_sleep_sd28
    end as hours_of_sleep_swc_low,
    case
        when hours_of_sleep_n28 >= 14 then hours_of_sleep_mean28 + 0.5 * hours_of_sleep_sd28
    end as hours_of_sleep_swc_high,
    respiratory_rate,
    analytics.signal_status(
        respiratory_rate, respiratory_rate_sd28, respiratory_rate_n28
    ) as respiratory_rate_status,
    respiratory_rate_n28,
    case
        when respiratory_rate_n28 >= 14 then respiratory_rate - respiratory_rate_mean28
    end as respiratory_rate_deviation,
    analytics.z_score(
        respiratory_rate, respiratory_rate_mean28, respiratory_rate_sd28, respiratory_rate_n28
    ) as respiratory_rate_z,
    skin_temperature,
    skin_temperature_n28,
    case
        when skin_temperature_n28 >= 14 then skin_temperature - skin_temperature_median28
    end as skin_temperature_deviation,
    total_sleep,
    sleep_debt_vendor,
    case when shortfall_n14 >= 10 then shortfall14 end as sleep_debt_open,
    case when shortfall_n14 >= 10 then balance14 end as sleep_balance,
    shortfall_n14 as sleep_balance_n14,
    midpoint as sleep_midpoint,
    case
        when midpoint_n7 >= 5 and mean_length > 1e-9
            then sqrt(-2 * ln(least(mean_length, 1))) * 12 / pi()
    end as midpoint_variability,
    midpoint_n7,
    offset_range7 > 1 as is_travel_week,
    case
        when recovery >= 67 then 'green'
        when recovery >= 34 then 'yellow'
        when recovery is not null then 'red'
    end as recovery_zone,
    case when history_days >= 7 then recovery_n7 * 100.0::double precision / 7 end as wear_7d,
    recovery_n7,
    energy,
    case when energy_n7 >= 5 then 7 * energy_mean7 end as energy_7d,
    energy_n7,
    case when energy_n7 >= 5 then 'ok' else 'warming_up' end as energy_7d_status,
    case
        when energy_n7 >= 5 and energy_n_week_before >= 5 and energy_mean_week_before > 0
            then 100 * energy_mean7 / energy_mean_week_before - 100
    end as energy_change,
    case when energy_n84 >= 28 then energy_ewma7 end as energy_ewma7,
    case when energy_n84 >= 28 then energy_ewma28 end as energy_ewma28,
    energy_n84,
    case
        when energy_n7 >= 5 and energy_n21 >= 15 and energy_mean21 > 0
            then energy_mean7 / energy_mean21
    end as energy_acwr,
    energy_n21,
    case
        when energy_n84 >= 28 and energy_ewma28 > 0 then energy_ewma7 / energy_ewma28
    end as energy_acwr_ewma,
    zone_load,
    case when zone_load_n7 >= 5 then 7 * zone_load_mean7 end as zone_load_7d,
    zone_load_n7,
    case when zone_load_n7 >= 5 then 'ok' else 'warming_up' end as zone_load_7d_status,
    case
        when zone_load_n7 >= 5 and zone_load_n_week_before >= 5 and zone_load_mean_week_before > 0
            then 100 * zone_load_mean7 / zone_load_mean_week_before - 100
    end as zone_load_change,
    case when zone_load_n84 >= 28 then zone_load_ewma7 end as zone_load_ewma7,
    case when zone_load_n84 >= 28 then zone_load_ewma28 end as zone_load_ewma28,
    zone_load_n84,
    case
        when zone_load_n7 >= 5 and zone_load_n21 >= 15 and zone_load_mean21 > 0
            then zone_load_mean7 / zone_load_mean21
    end as zone_load_acwr,
    zone_load_n21,
    case
        when zone_load_n84 >= 28 and zone_load_ewma28 > 0 then zone_load_ewma7 / zone_load_ewma28
    end as zone_load_acwr_ewma,
    case
        when zone_load_n7 = 7 and zone_load_sd7 > 1e-9 then zone_load_mean7 / zone_load_sd7
    end as zone_load_monotony,
    case
        when zone_load_n7 = 7 and zone_load_sd7 > 1e-9
            then 7 * zone_load_mean7 * zone_load_mean7 / zone_load_sd7
    end as zone_load_foster_strain
from known;
comment on view analytics.trends is 'One row per integration, athlete and date from the first to the last with data: how the athlete does against themselves; formulas and sources in analytics.metric_definitions.';
comment on column analytics.trends.integration is 'Name of the integration.';
comment on column analytics.trends.athlete_id is 'user_id of WHOOP (int64).';
comment on column analytics.trends.metric_date is 'Local date of the athlete.';
comment on column analytics.trends.warming_up is 'True while the baseline of HRV, resting heart rate or sleep has fewer than 14 valid days of 28.';
comment on column analytics.trends.is_travel_week is 'Whether the offset from UTC moved by more than an hour in the week: clocks of different places are compared.';
do $$
declare
    told record;
begin
    for told in
        select
            columns.attname as name,
            coalesce(
                definition.description || coalesce(' (' || nullif(definition.unit, '') || ')', '') || '.',
                case
                    when columns.attname like '%\_7d\_status' then 'ok, low_confidence or warming_up: whether the week has enough valid days.'
                    when columns.attname like '%\_status' then 'ok, no_value (on the date), warming_up (fewer than 14 valid days of 28) or no_spread: why there is no z.'
                    when columns.attname like '%\_n7' then 'Valid days of the 7 that end on the date.'
                    when columns.attname like '%\_n14' then 'Valid days of the 14 that end on the date.'
                    when columns.attname like '%\_n21' then 'Valid days of the 21 before the last 7.'
                    when columns.attname like '%\_n28' then 'Valid days of the 28 before the date.'
                    when columns.attname like '%\_n60' then 'Valid days of the 60 before the date.'
                    when columns.attname like '%\_n84' then 'Valid days of the 84 that end on the date.'
                end
            ) as meaning
        from pg_catalog.pg_attribute as columns
        left join analytics.metric_definitions as definition on columns.attname = definition.metric
        where columns.attrelid = 'analytics.trends'::regclass
        and col_description(columns.attrelid, columns.attnum) is null
    loop
        execute format('comment on column analytics.trends.%I is %L', told.name, told.meaning);
    end loop;
end
$$;
