"""False alarm rates of the default flag rule, recomputed by formula and by simulation."""

import math

import numpy as np
import pytest
from sqlalchemy import Engine

from wearables.core.warehouse import transaction

DAYS, BASELINE, SIGNALS = 60_000, 28, 4
CORRELATION = 0.3


@pytest.fixture
def rule(warehouse_engine: Engine) -> dict:
    with transaction(warehouse_engine) as connection:
        rows = connection.exec_driver_sql("select * from analytics.flag_rules where rule = 'default'")
        return dict(rows.mappings().one())


def test_the_rate_in_the_warehouse_follows_from_the_formula(rule: dict) -> None:
    assert round(by_formula(rule), 3) == rule["false_alarm_rate"]


def test_a_simulation_without_any_change_agrees(rule: dict) -> None:
    # The standard error of the simulation is about 0.001.
    assert simulated(rule, correlation=0) == pytest.approx(rule["false_alarm_rate"], abs=0.004)
    assert simulated(rule, correlation=CORRELATION) == pytest.approx(rule["false_alarm_rate_correlated"], abs=0.005)


def by_formula(rule: dict) -> float:
    """Return the rate: (x - mean28) / SD28 is Student's t with 27 degrees of freedom, times sqrt(1 + 1/28)."""
    scale_of_z = math.sqrt(1 + 1 / BASELINE)
    beyond = t_cdf(-rule["agreeing_z"] / scale_of_z)
    lasting = t_cdf(-rule["lasting_z"] / scale_of_z) ** 2
    none, one = (1 - beyond) ** SIGNALS, SIGNALS * beyond * (1 - beyond) ** (SIGNALS - 1)
    return 1 - none - one + SIGNALS * lasting * (1 - beyond) ** (SIGNALS - 1)


def t_cdf(t: float, degrees: int = BASELINE - 1) -> float:
    """Return the cumulative distribution function of Student's t, for negative t."""
    grid = np.linspace(-80, t, 200_001)
    scale = math.gamma((degrees + 1) / 2) / (math.sqrt(degrees * math.pi) * math.gamma(degrees / 2))
    return float(np.trapezoid(scale * (1 + grid**2 / degrees) ** (-(degrees + 1) / 2), grid))


def simulated(rule: dict, correlation: float) -> float:
    """Return the share of flagged days when signals and successive days are normal with this correlation."""
    rng = np.random.default_rng(7)
    between = np.full((SIGNALS, SIGNALS), correlation)
    np.fill_diagonal(between, 1)
    values = rng.standard_normal((DAYS, SIGNALS)) @ np.linalg.cholesky(between).T
    for day in range(1, DAYS):
        values[day] = correlation * values[day - 1] + math.sqrt(1 - correlation**2) * values[day]
    before = np.lib.stride_tricks.sliding_window_view(values, BASELINE, axis=0)[:-1]
    z = (values[BASELINE:] - before.mean(axis=-1)) / before.std(axis=-1, ddof=1)
    agree = (z < -rule["agreeing_z"]).sum(axis=1) >= rule["agreeing_signals"]
    last = ((z[1:] < -rule["lasting_z"]) & (z[:-1] < -rule["lasting_z"])).any(axis=1)
    return float((agree[1:] | last).mean())
