"""Simulate when an athlete sleeps, naps and trains. A history of 20 days or more contains every kind of odd day."""

import datetime as dt
import itertools
import random
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

# Home, and destination of a trip. They cover offsets on both sides of UTC, a quarter-hour offset and the date line.
ZONES = (
    ("Europe/London", "America/New_York"),
    ("America/New_York", "Asia/Tokyo"),
    ("Asia/Kolkata", "Europe/London"),
    ("Pacific/Chatham", "America/Los_Angeles"),
)
TRIP_DAYS = 9
# Irregularities seen in real data. Each one occurs once, if there are enough days.
ODD_DAYS = (
    "late_night",
    "evening_sleep",
    "evening_sleep",
    "two_sleeps",
    "short_sleep_recovered",
    "strap_off",
    "half_days",
    "long_day",
    "no_recovery",
    "unscorable",
    "no_cycle_id",
    "unscored_workout",
    "midnight_workout",
    "sauna",
)
NAP_ODDS = 0.15
WORKOUT_ODDS = (0.3, 0.5, 0.2)  # none, one, two
HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Activity:
    """A sleep, nap or workout."""

    start: dt.datetime
    end: dt.datetime
    offset: str
    is_nap: bool = False
    is_recovered: bool = False  # the cycle's recovery refers to this sleep, although it is not the longest
    sport: str = ""


@dataclass
class Cycle:
    """A physiological day, which begins and ends when the athlete falls asleep."""

    start: dt.datetime
    end: dt.datetime | None
    offset: str
    kind: str
    sleeps: list[Activity] = field(default_factory=list)


@dataclass
class Simulation:
    """What an athlete did."""

    cycles: list[Cycle] = field(default_factory=list)
    workouts: list[Activity] = field(default_factory=list)


def simulate(rng: random.Random, index: int, days: int, now: dt.datetime) -> Simulation:
    """Simulate ``days`` days up to today. Nothing happens after ``now``. ``index`` selects the time zones."""
    return _Simulator(rng, ZONES[index % len(ZONES)], days, now).run()


class _Simulator:
    def __init__(self, rng: random.Random, zones: tuple[str, str], days: int, now: dt.datetime) -> None:
        self._rng = rng
        self._home, self._away = map(ZoneInfo, zones)
        self._now = now
        self._last = now.astimezone(self._home).date()
        self._first = self._last - dt.timedelta(days=days - 1)
        self._trip = self._first + dt.timedelta(days=rng.randrange(max(1, days - TRIP_DAYS)))
        middle = range(2, max(2, days - 3))
        odd = rng.sample(middle, min(len(ODD_DAYS), len(middle)))
        self._kinds = dict(zip(odd, ODD_DAYS, strict=False))
        self._simulation = Simulation()

    def run(self) -> Simulation:
        skip = False
        # One date more, because it may already be tomorrow where the athlete is.
        for number in range((self._last - self._first).days + 2):
            kind = self._kinds.get(number, "usual")
            if not skip:
                self._day(self._first + dt.timedelta(days=number), kind)
            skip = kind == "long_day" and not skip
        self._close_cycles()
        return self._simulation

    def _zone(self, date: dt.date) -> ZoneInfo:
        return self._away if self._trip <= date < self._trip + dt.timedelta(days=TRIP_DAYS) else self._home

    def _at(self, date: dt.date, hours: float, spread: float = 0.0) -> dt.datetime:
        """Return a local time of a date in UTC. Negative hours mean the evening before; hours can exceed 24."""
        hours += self._rng.uniform(-spread, spread)
        moment = dt.datetime.combine(date, dt.time()) + dt.timedelta(milliseconds=round(hours * 3_600_000))
        return moment.replace(tzinfo=self._zone(date)).astimezone(dt.UTC)

    def _day(self, date: dt.date, kind: str) -> None:
        if kind == "strap_off":
            self._cycle(date, kind, self._at(date, 0), [])
        elif kind == "half_days":
            self._cycle(date, kind, self._at(date, 0), [])
            self._cycle(date, kind, self._at(date, 12), [])
        else:
            sleeps = self._night(date, kind)
            if self._rng.random() < NAP_ODDS:
                start = self._at(date, 14, 1)
                sleeps.append(self._activity(date, start, start + HOUR * self._rng.uniform(0.3, 1.5), is_nap=True))
            self._cycle(date, kind, sleeps[0].start, sleeps)
        self._train(date, kind)

    def _night(self, date: dt.date, kind: str) -> list[Activity]:
        onset, wake = self._at(date, -1.2, 0.9), self._at(date, 6.6, 0.9)
        if kind == "late_night":
            onset, wake = self._at(date, 2.1, 0.5), self._at(date, 10.4, 0.5)
        if kind == "evening_sleep":
            onset, wake = self._at(date, -4.6, 0.3), self._at(date, -0.8, 0.3)
        is_split = kind in {"two_sleeps", "short_sleep_recovered"}
        first = self._activity(date, onset, wake - 2 * HOUR if is_split else wake)
        if not is_split:
            return [first]
        second = self._activity(date, wake - HOUR, wake + HOUR, is_recovered=kind == "short_sleep_recovered")
        return [first, second]

    def _train(self, date: dt.date, kind: str) -> None:
        if kind == "midnight_workout":
            start = self._at(date, 23.98)
            self._workout(date, start, start + HOUR, "running")
            return
        count = self._rng.choices(range(3), WORKOUT_ODDS)[0]
        if kind in {"unscored_workout", "sauna"}:
            count = max(1, count)
        for number in range(count):
            start = self._at(date, 9.5 + 7 * number, 1)
            sport = "sauna" if kind == "sauna" else self._rng.choice(["running", "soccer", "weightlifting", "hiit"])
            self._workout(date, start, start + HOUR * self._rng.uniform(0.4, 1.8), sport, kind)

    def _workout(self, date: dt.date, start: dt.datetime, end: dt.datetime, sport: str, kind: str = "") -> None:
        activity = self._activity(date, start, end, sport="unscored" if kind == "unscored_workout" else sport)
        if activity.end <= self._now:
            self._simulation.workouts.append(activity)

    def _activity(self, date: dt.date, start: dt.datetime, end: dt.datetime, **options: object) -> Activity:
        end = end.replace(microsecond=end.microsecond // 1000 * 1000)
        return Activity(start, end, offset_at(start, self._zone(date)), **options)  # type: ignore[arg-type]

    def _cycle(self, date: dt.date, kind: str, start: dt.datetime, sleeps: list[Activity]) -> None:
        if start <= self._now:
            known = [sleep for sleep in sleeps if sleep.end <= self._now]
            self._simulation.cycles.append(Cycle(start, None, offset_at(start, self._zone(date)), kind, known))

    def _close_cycles(self) -> None:
        cycles = sorted(self._simulation.cycles, key=lambda cycle: cycle.start)
        for cycle, following in itertools.pairwise(cycles):
            # A night without the strap leaves a gap before the cycle.
            gap = 2 * HOUR if following.kind == "strap_off" else dt.timedelta(0)
            cycle.end = max(following.start - gap, cycle.start + HOUR)
        self._simulation.cycles = cycles


def offset_at(moment: dt.datetime, zone: ZoneInfo) -> str:
    """Return the UTC offset of a zone at a moment, as WHOOP writes it."""
    text = moment.astimezone(zone).strftime("%z")
    return f"{text[:3]}:{text[3:5]}"
