"""What a client does over five years: the profiles that are planted, and the orders they produce.

Each profile carries the stage and the state that sections 7 and 8 of the indicator dictionary give it at
the analysis date. Growth is drawn well inside the limits of the definitions, so one answer is right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capclient.datasets.company import CALENDAR, YEARS, day_number


@dataclass(frozen=True, slots=True)
class Profile:
    """A behaviour, and the answers that are right for it at the analysis date.

    Parameters
    ----------
    growth, growth_before
        Range of the yearly change relative to the client's market: N on N-1, N-1 on N-2.
    stages, states
        Accepted answers, with the growth of the market known.
    stages_without_market
        Accepted stages when growth is not adjusted for the market; ``stages`` where empty.
    first, last
        Range of days between which the client begins and stops to buy; empty: the whole period.
    silence
        Time since the last order at the end, in the client's own intervals (range).
    shortest_interval, longest_interval
        Fewest and most days between orders, so that the planted state is beyond doubt.
    """

    stages: tuple[str, ...]
    states: tuple[str, ...] = ("active",)
    growth: tuple[float, float] = (-0.04, 0.04)
    growth_before: tuple[float, float] = (-0.05, 0.05)
    first: tuple[str, str] = ("", "")
    last: tuple[str, str] = ("", "")
    silence: tuple[float, float] = (0.05, 0.8)
    regularity: float = 6.0  # shape of the gamma law of the gaps: the larger, the more regular
    shortest_interval: float = 0.0
    longest_interval: float = 80.0
    stages_without_market: tuple[str, ...] = ()


PROFILES: dict[str, Profile] = {
    "stable": Profile(("adult",)),
    "growing": Profile(("adolescence",), growth=(0.18, 0.45), growth_before=(0.0, 0.25)),
    "developing": Profile(
        ("adolescence",), growth=(0.3, 0.6), first=("2023-07-01", "2024-03-31"), longest_interval=40
    ),
    "declining_slowly": Profile(("old_age",), growth=(-0.18, -0.15), growth_before=(-0.18, -0.15)),
    "declining_fast": Profile(
        ("old_age",), growth=(-0.45, -0.3), growth_before=(-0.15, 0.05), longest_interval=45
    ),
    "leaver": Profile(("lost",), ("lost",), last=("2022-03-01", "2024-05-31"), longest_interval=40),
    "leaver_last_year": Profile(("lost",), ("lost",), last=("2024-07-15", "2024-11-25"), longest_interval=40),
    "leaving": Profile(("old_age",), ("inactive",), last=("2025-03-15", "2025-08-10"), longest_interval=25),
    "new": Profile(("childhood",), first=("2025-01-15", "2025-09-30"), longest_interval=30),
    "reactivated": Profile(("childhood",), longest_interval=30),
    "occasional": Profile(("occasional",)),
    "seasonal": Profile(
        ("adult",), ("active", "watch"), silence=(0.4, 0.8), shortest_interval=12, longest_interval=25
    ),
    "slowing_watch": Profile(
        ("adult",), ("watch",), silence=(1.85, 1.95), regularity=40, longest_interval=45
    ),
    "slowing_risk": Profile(("adult",), ("at_risk",), silence=(2.6, 2.7), regularity=40, longest_interval=40),
    "follows_market": Profile(("adult",), growth=(-0.035, 0.035), stages_without_market=("adult", "old_age")),
}

SEASONS = ((12, 1, 2), (4, 5, 6), (9, 10, 11), (12, 1, 2), (6, 7, 8), (11, 12, 1), (3, 4, 5), (1, 2, 3))

_MONTH = CALENDAR.month.to_numpy()
_YEAR = CALENDAR.year.to_numpy() - YEARS[0]
HALF_YEAR = _YEAR * 2 + (_MONTH > 6)  # 0 to 9
_AUGUST = 0.45  # French companies order less in August
_RARE_DAYS = 50  # beyond, a half-year holds too few orders to be planted
_OUT_OF_SEASON = 0.003


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planted for one client: how much a year, how often, from when to when.

    ``levels`` are the euros of each full year; ``active`` tells for each day of the calendar whether the
    client is one; ``season`` holds the months of a seasonal client.
    """

    profile: str
    levels: np.ndarray
    interval: float
    active: np.ndarray
    silence: float
    season: tuple[int, ...] = ()

    @property
    def by_year(self) -> bool:
        """Tell whether revenue is planted by the year, because half-years mean nothing for the client."""
        return self.profile in ("seasonal", "occasional") or self.interval > _RARE_DAYS

    def targets(self) -> np.ndarray:
        """Return the revenue of each half-year in euros (of the year, in its first half, if ``by_year``)."""
        days = np.bincount(HALF_YEAR, minlength=2 * len(YEARS))
        active = np.bincount(HALF_YEAR, weights=self.active, minlength=2 * len(YEARS))
        halves = np.repeat(self.levels, 2) / 2 * active / days
        if self.by_year:
            return np.stack([halves.reshape(-1, 2).sum(axis=1), np.zeros(len(YEARS))], axis=1).ravel()
        return halves


def make_plan(
    profile: str,
    level: float,
    interval: float,
    market: tuple[float, float],
    rng: np.random.Generator,
    *,
    season: tuple[int, ...] = (),
    first: int | None = None,
) -> Plan:
    """Draw the plan of one client.

    Parameters
    ----------
    level
        Euros of the last year in full activity.
    interval
        Usual days between two orders.
    market
        Growth of the client's market in N-1 and in N.
    first
        Day number of the beginning, where the profile does not say one.
    """
    kind = PROFILES[profile]
    ratios = 1 + rng.uniform(-0.06, 0.06, len(YEARS))
    ratios[-2] = (1 + rng.uniform(*kind.growth_before)) * (1 + market[0])
    ratios[-1] = (1 + rng.uniform(*kind.growth)) * (1 + market[1])
    levels = level / np.append(np.cumprod(ratios[:0:-1])[::-1], 1.0)
    active = np.ones(len(CALENDAR), dtype=bool)
    start = _between(kind.first, rng) if kind.first[0] else first or 0
    stop = _between(kind.last, rng) if kind.last[0] else len(CALENDAR) - 1
    start = max(0, min(start, stop - 420)) if kind.last[0] else start
    active[:start] = active[stop + 1 :] = False
    if profile == "reactivated":
        gone = _between(("2022-09-01", "2023-10-31"), rng)
        back = _between(("2025-02-15", "2025-09-15"), rng)
        active[gone:back] = False
    interval = min(max(interval, kind.shortest_interval), kind.longest_interval)
    return Plan(profile, levels, interval, active, rng.uniform(*kind.silence), season)


def purchase_days(plan: Plan, rng: np.random.Generator) -> np.ndarray:
    """Return the day numbers of a client's orders, in order.

    Gaps follow a gamma law around the client's interval, counted on a clock that runs with its
    activity: slower in August, stopped when it is away, faster in its season. Orders are laid from the
    end backwards, because what is planted is the silence at the analysis date.
    """
    if plan.profile == "occasional":
        return rare_days(rng)
    speed = plan.active * np.sqrt(plan.levels / plan.levels.mean())[_YEAR]
    speed = speed * np.where(_MONTH == 8, _AUGUST, 1.0)
    if plan.season:
        speed = plan.active * np.where(np.isin(_MONTH, plan.season), 1.0, _OUT_OF_SEASON)
    clock = np.cumsum(speed * plan.active.sum() / speed.sum())
    many = int(clock[-1] / plan.interval * 1.6) + 20
    shape = PROFILES[plan.profile].regularity
    gaps = rng.gamma(shape, plan.interval / shape, many)
    moments = clock[-1] - plan.silence * plan.interval - np.append(0.0, np.cumsum(gaps))
    return np.unique(np.searchsorted(clock, moments[moments > 0]))


def rare_days(rng: np.random.Generator) -> np.ndarray:
    """Three orders a year, then one a year, six months apart so that no season can be read in them."""
    month = int(rng.integers(7, 11))
    months = [f"{year}-{step:02d}" for year in YEARS[:3] for step in (month - 6, month - 2, month + 2)]
    months += [f"{YEARS[3]}-{month - 6:02d}", f"{YEARS[4]}-{month:02d}"]
    return np.array([day_number(f"{text}-01") + int(rng.integers(4, 26)) for text in months])


def _between(days: tuple[str, str], rng: np.random.Generator) -> int:
    return int(rng.integers(day_number(days[0]), day_number(days[1]) + 1))
