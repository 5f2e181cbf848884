"""analytics.trends: every trend, recomputed with pandas from the daily values alone."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from wearables.core.warehouse import transaction

SIGNALS = {"ln_rmssd": 3, "resting_heart_rate": 5, "hours_of_sleep": 5}  # and the minimum number of nights in a week


def test_every_trend_equals_the_value_computed_with_pandas(make_team: Callable[..., Any]) -> None:
    team = make_team(athletes=4, days=150)
    team.pull(**team.all_days())
    days, trends, workouts = (table(team, name) for name in ("athlete_days", "trends", "workouts"))
    assert len(trends) > 590
    for athlete_id, actual in trends.groupby("athlete_id"):
        athlete_days = days[days["athlete_id"] == athlete_id].set_index("metric_date").sort_index()
        unscored = workouts[(workouts["athlete_id"] == athlete_id) & (workouts["score_state"] != "SCORED")]
        expected = recomputed(athlete_days, set(unscored["metric_date"]))
        actual = actual.set_index("metric_date").sort_index()
        assert list(actual.index) == list(expected.index)
        texts = [name for name in actual if name.endswith("_status") or name in {"recovery_zone", "integration"}]
        assert set(actual) - set(texts) - {"athlete_id"} == set(expected)
        for name in expected:
            actual_values, expected_values = (frame[name].astype(float) for frame in (actual, expected))
            np.testing.assert_allclose(actual_values, expected_values, rtol=1e-6, atol=1e-7, err_msg=name)
        assert expected_statuses(expected).equals(actual[[f"{signal}_status" for signal in SIGNALS]])


def test_pulling_workouts_later_turns_unknown_days_into_rest_days(make_team: Callable[..., Any]) -> None:
    team = make_team(athletes=1, days=20)
    team.pull(**team.all_days(), collections=["cycle", "recovery", "sleep"])
    known = "select count(*) from analytics.trends where zone_load is not null"
    assert team.rows(known) == [(0,)]
    team.pull(**team.all_days(), collections=["workout"])
    resting = "select count(*) from analytics.trends natural join analytics.athlete_days where workouts is null"
    assert team.rows(resting + " and zone_load = 0") == team.rows(
        resting + " and energy is not null and not is_provisional"
    )
    assert team.rows(known)[0][0] > 10


def test_trends_built_up_pull_by_pull_equal_those_of_a_rebuild(make_team: Callable[..., Any]) -> None:
    team = make_team(athletes=2, days=45)
    first, last = (team.all_days()[name] for name in ("start_date", "end_date"))
    rolling = "select * from analytics.rolling order by 1, 2, 3"
    # First the newest days, then days in the middle, then all of them.
    for begin in pd.date_range(first, last)[[-3, -20, -35, 0]]:
        team.pull(
            start_date=str(begin.date()), end_date=str(min(begin + pd.Timedelta(days=9), pd.Timestamp(last)).date())
        )
    team.pull(**team.all_days())
    incremental = team.rows(rolling)
    with transaction(team.engine) as connection:
        connection.exec_driver_sql("truncate analytics.days, analytics.rolling")
        connection.exec_driver_sql(
            "insert into ops.transform_queue (integration, athlete_id, collection, record_ids) "
            "select integration, athlete_id, collection, array_agg(record_id) from raw.records group by 1, 2, 3"
        )
    team.pull()
    assert team.rows(rolling) == incremental


def test_every_trend_is_defined_in_metric_definitions(make_team: Callable[..., Any]) -> None:
    team = make_team(enrol=False)
    columns = "select attname from pg_attribute where attrelid = 'analytics.trends'::regclass and attnum > 0"
    shown = {name for (name,) in team.rows(columns)}
    # Not measures: keys, counts, statuses and flags.
    measures = {name for name in shown if not name.endswith("_status") and not name.rpartition("_n")[2].isdecimal()} - {
        "integration",
        "athlete_id",
        "metric_date",
        "warming_up",
        "is_travel_week",
    }
    defined = team.rows("select metric, kind, status from analytics.metric_definitions")
    trends = {metric for metric, kind, _ in defined if kind == "trend"}
    assert trends == measures - {metric for metric, kind, _ in defined if kind == "metric"}
    contested = {metric for metric, _, status in defined if status == "contested"}
    assert {"energy_acwr", "energy_acwr_ewma", "zone_load_acwr", "zone_load_monotony"} <= contested
    # Strain saturates, so no trend may sum it.
    assert not [metric for metric in trends if "strain" in metric and metric != "zone_load_foster_strain"]


def table(team: Any, name: str) -> pd.DataFrame:
    with team.engine.connect() as connection:
        return pd.read_sql(f"select * from analytics.{name}", connection, parse_dates=["metric_date"])


def recomputed(athlete_days: pd.DataFrame, unscored: set) -> pd.DataFrame:
    """Return the trends of one athlete, one row per date from the first to the last."""
    dates = pd.date_range(athlete_days.index.min(), athlete_days.index.max())
    is_calibrating = athlete_days["is_calibrating"].eq(True).reindex(dates, fill_value=False)
    is_open = athlete_days["is_provisional"].reindex(dates).eq(True)
    day = athlete_days.select_dtypes("number").astype(float).reindex(dates)
    valid = day.mask(is_calibrating)
    columns: dict[str, Any] = {}
    counts = []
    values = {
        "ln_rmssd": np.log(valid["heart_rate_variability"]),
        "resting_heart_rate": valid["resting_heart_rate"],
        "hours_of_sleep": valid["hours_of_sleep"],
    }
    for name, x in values.items():
        columns |= signal(name, x, SIGNALS[name])
        counts.append(columns[f"{name}_n28"])
    columns["warming_up"] = pd.concat(counts, axis=1).min(axis=1) < 14
    ln, raw = values["ln_rmssd"], valid["heart_rate_variability"]
    n60 = before(ln, 60, "count")
    middle, half = before(ln, 60, "mean").where(n60 >= 30), before(ln, 60, "std").where(n60 >= 30) / 2
    columns |= {"ln_rmssd_n60": n60, "ln_rmssd_band_low": middle - half, "ln_rmssd_band_high": middle + half}
    enough = until(ln, 7, "count") >= 5
    columns["hrv_cv7_raw"] = (100 * until(raw, 7, "std") / until(raw, 7, "mean")).where(enough)
    columns["hrv_cv7_ln"] = (100 * until(ln, 7, "std") / until(ln, 7, "mean")).where(enough)
    columns |= respiration_and_skin(valid) | nights(athlete_days, day, dates)
    columns["recovery_n7"] = until(day["recovery"], 7, "count")
    columns["wear_7d"] = (columns["recovery_n7"] / 7 * 100).where(np.arange(len(dates)) >= 6)
    zones = sum(zone * day[f"zone_{zone}_minutes"] for zone in range(1, 6))
    rest = day["workouts"].isna() & day["energy"].notna()
    zone_load = zones.mask(day.index.isin(list(unscored))).where(~rest, 0)
    for name, x in {"energy": day["energy"], "zone_load": zone_load}.items():
        columns |= load(name, x.mask(is_open).where(day["energy"].notna()))
    x = columns["zone_load"]
    whole = until(x, 7, "count") == 7
    columns["zone_load_monotony"] = (until(x, 7, "mean") / until(x, 7, "std")).where(whole & (until(x, 7, "std") > 0))
    columns["zone_load_foster_strain"] = columns["zone_load_monotony"] * columns["zone_load_7d"]
    return pd.DataFrame(columns, index=dates)


def until(x: pd.Series, days: int, what: str) -> pd.Series:
    """Return a statistic of the days up to and including each date."""
    return getattr(x.rolling(f"{days}D", min_periods=0 if what == "count" else None), what)()


def before(x: pd.Series, days: int, what: str) -> pd.Series:
    """Return a statistic of the days before each date."""
    statistic = getattr(x.rolling(f"{days}D", closed="left", min_periods=0 if what == "count" else None), what)()
    return statistic.fillna(0) if what == "count" else statistic


def signal(name: str, x: pd.Series, least: int) -> dict[str, pd.Series]:
    n7, n28 = until(x, 7, "count"), before(x, 28, "count")
    week = until(x, 7, "mean").where(n7 >= least)
    mean, sd, median = (before(x, 28, what).where(n28 >= 14) for what in ("mean", "std", "median"))
    rolled = x.rolling("28D", closed="left")
    mad = rolled.apply(lambda of: np.nanmedian(np.abs(of - np.nanmedian(of))), raw=True).where(n28 >= 14)
    return {
        name: x,
        f"{name}_n7": n7,
        f"{name}_n28": n28,
        f"{name}_7d": week,
        f"{name}_baseline": mean,
        f"{name}_baseline_sd": sd,
        f"{name}_deviation": x - mean,
        f"{name}_z": (x - mean) / sd,
        f"{name}_7d_z": (week - mean) / sd,
        f"{name}_robust_z": (x - median) / (1.4826 * mad),
        f"{name}_swc_low": mean - sd / 2,
        f"{name}_swc_high": mean + sd / 2,
    }


def respiration_and_skin(valid: pd.DataFrame) -> dict[str, pd.Series]:
    rate, skin = valid["respiratory_rate"], valid["skin_temperature"]
    n_rate, n_skin = before(rate, 28, "count"), before(skin, 28, "count")
    deviation = (rate - before(rate, 28, "mean")).where(n_rate >= 14)
    return {
        "respiratory_rate": rate,
        "respiratory_rate_n28": n_rate,
        "respiratory_rate_deviation": deviation,
        "respiratory_rate_z": deviation / before(rate, 28, "std"),
        "skin_temperature": skin,
        "skin_temperature_n28": n_skin,
        "skin_temperature_deviation": (skin - before(skin, 28, "median")).where(n_skin >= 14),
    }


def nights(athlete_days: pd.DataFrame, day: pd.DataFrame, dates: pd.DatetimeIndex) -> dict[str, pd.Series]:
    slept = day["hours_of_sleep"] + day["nap_hours"].fillna(0)
    balance = slept - day["sleep_need_baseline"]
    n14 = until(balance, 14, "count")
    began, ended = (
        pd.to_datetime(athlete_days[f"sleep_{what}_at_local"]).reindex(dates) for what in ("started", "ended")
    )
    middle = began + (ended - began) / 2
    hours = (middle - middle.dt.normalize()).dt.total_seconds() / 3600
    turn = hours / 24 * 2 * np.pi
    length = np.hypot(until(np.cos(turn), 7, "mean"), until(np.sin(turn), 7, "mean"))
    n7 = until(hours, 7, "count")
    offset = athlete_days["timezone_offset"].replace("Z", "+00:00").reindex(dates)
    offset = offset.str[:3].astype(float) + np.sign(offset.str[:3].astype(float)) * offset.str[4:].astype(float) / 60
    moved = until(offset, 7, "max") - until(offset, 7, "min")
    return {
        "total_sleep": slept,
        "sleep_debt_vendor": day["sleep_debt_vendor"],
        "sleep_debt_open": until((-balance).clip(lower=0), 14, "sum").where(n14 >= 10),
        "sleep_balance": until(balance, 14, "sum").where(n14 >= 10),
        "sleep_balance_n14": n14,
        "sleep_midpoint": hours,
        "midpoint_n7": n7,
        "midpoint_variability": (np.sqrt(-2 * np.log(length.clip(upper=1))) * 24 / (2 * np.pi)).where(n7 >= 5),
        "is_travel_week": moved > 1,
    }


def load(name: str, x: pd.Series) -> dict[str, pd.Series]:
    n7, n_before, n21, n84 = (until(x, 7, "count"), *(until(x, days, "count") for days in (14, 28, 84)))
    n_before, n21 = n_before - n7, n21 - n7
    sums = {days: until(x.fillna(0), days, "sum") for days in (7, 14, 28)}
    week, week_before, three = sums[7] / n7, (sums[14] - sums[7]) / n_before, (sums[28] - sums[7]) / n21
    acute, chronic = (weighted(x, decay).where(n84 >= 28) for decay in (1 - 2 / 8, 1 - 2 / 29))
    return {
        name: x,
        f"{name}_n7": n7,
        f"{name}_7d": (7 * week).where(n7 >= 5),
        f"{name}_change": (100 * week / week_before - 100).where((n7 >= 5) & (n_before >= 5) & (week_before > 1e-6)),
        f"{name}_ewma7": acute,
        f"{name}_ewma28": chronic,
        f"{name}_n84": n84,
        f"{name}_acwr": (week / three).where((n7 >= 5) & (n21 >= 15) & (three > 1e-6)),
        f"{name}_n21": n21,
        f"{name}_acwr_ewma": (acute / chronic).where(chronic > 0),
    }


def weighted(x: pd.Series, decay: float) -> pd.Series:
    averages = []
    for position in range(len(x)):
        window = x.iloc[max(0, position - 83) : position + 1]
        weights = decay ** np.arange(len(window))[::-1] * window.notna()
        averages.append((window.fillna(0) * weights).sum() / weights.sum() if weights.sum() else np.nan)
    return pd.Series(averages, index=x.index)


def expected_statuses(expected: pd.DataFrame) -> pd.DataFrame:
    statuses = {}
    for name in SIGNALS:
        status = pd.Series("ok", index=expected.index)
        status[expected[f"{name}_n28"] < 14] = "warming_up"
        status[expected[name].isna()] = "no_value"
        statuses[f"{name}_status"] = status
    return pd.DataFrame(statuses)
