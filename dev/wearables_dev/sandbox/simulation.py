"""Invents when an athlete sleeps, naps and trains; every oddity that real data has shown occurs once a month."""

import datetime as dt
import itertools
import random
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

# Home and where a trip leads: offsets east and west, by the quarter hour, and a flight across the date line.
ZONES = (
    ("Europe/London", "America/New_York"),
    ("America/New_York", "Asia/Tokyo"),
    ("Asia/Kolkata", "Europe/London"),
    ("Pacific/Chatham", "America/Los_Angeles"),
)
TRIP_DAYS = 9
ODD_DAYS = (
    "late_night",
    "evening_sleep",
    "evening_sleep",
    "two_sleeps",
    "short_sleep_named",
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
class Bout:
    """A sleep, nap or workout."""

    start: dt.datetime
    end: dt.datetime
    offset: str
    is_nap: bool = False
    is_named: bool = False
    sport: str = ""


@dataclass
class Cycle:
    """A physiological day: from one falling asleep to the next."""

    start: dt.datetime
    end: dt.datetime | None
    offset: str
    kind: str
    sleeps: list[Bout] = field(default_factory=list)


@dataclass
class Simulation:
    """What an athlete did."""

    cycles: list[Cycle] = field(default_factory=list)
    workouts: list[Bout] = field(default_factory=list)


def simulate(rng: random.Random, index: int, days: int, now: dt.datetime) -> Simulation:
    """A life of so many dates, the last of them today; nothing of it lies after ``now``."""
    return _Diary(rng, ZONES[index % len(ZONES)], days, now).write()


class _Diary:
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

    def write(self) -> Simulation:
        skip = False
        # A date more, for it may be tomorrow already where the athlete is.
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
        """Local time of a date; hours may be negative (the evening before) or beyond 24."""
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
                sleeps.append(self._bout(date, start, start + HOUR * self._rng.uniform(0.3, 1.5), is_nap=True))
            self._cycle(date, kind, sleeps[0].start, sleeps)
        self._train(date, kind)

    def _night(self, date: dt.date, kind: str) -> list[Bout]:
        onset, wake = self._at(date, -1.2, 0.9), self._at(date, 6.6, 0.9)
        if kind == "late_night":
            onset, wake = self._at(date, 2.1, 0.5), self._at(date, 10.4, 0.5)
        if kind == "evening_sleep":
            onset, wake = self._at(date, -4.6, 0.3), self._at(date, -0.8, 0.3)
        is_split = kind in {"two_sleeps", "short_sleep_named"}
        first = self._bout(date, onset, wake - 2 * HOUR if is_split else wake)
        if not is_split:
            return [first]
        second = self._bout(date, wake - HOUR, wake + HOUR, is_named=kind == "short_sleep_named")
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
        bout = self._bout(date, start, end, sport="unscored" if kind == "unscored_workout" else sport)
        if bout.end <= self._now:
            self._simulation.workouts.append(bout)

    def _bout(self, date: dt.date, start: dt.datetime, end: dt.datetime, **traits: object) -> Bout:
        end = end.replace(microsecond=end.microsecond // 1000 * 1000)
        return Bout(start, end, offset_at(start, self._zone(date)), **traits)  # type: ignore[arg-type]

    def _cycle(self, date: dt.date, kind: str, start: dt.datetime, sleeps: list[Bout]) -> None:
        if start <= self._now:
            known = [sleep for sleep in sleeps if sleep.end <= self._now]
            self._simulation.cycles.append(Cycle(start, None, offset_at(start, self._zone(date)), kind, known))

    def _close_cycles(self) -> None:
        cycles = sorted(self._simulation.cycles, key=lambda cycle: cycle.start)
        for cycle, following in itertools.pairwise(cycles):
            # After a night without the strap there is a gap.
            gap = 2 * HOUR if following.kind == "strap_off" else dt.timedelta(0)
            cycle.end = max(following.start - gap, cycle.start + HOUR)
        self._simulation.cycles = cycles


def offset_at(moment: dt.datetime, zone: ZoneInfo) -> str:
    """Offset of a zone at a moment, as WHOOP writes it."""
    text = moment.astimezone(zone).strftime("%z")
    return f"{text[:3]}:{text[3:5]}"
