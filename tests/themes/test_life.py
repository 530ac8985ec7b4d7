"""The life of clients from lines to findings: past reviews, contribution by age, contacts, short histories (7)."""

from datetime import date
from itertools import pairwise

import pandas as pd
import pytest

from capclient.periods import shifted
from capclient.portfolio import Portfolio
from capclient.themes import Findings, life, lifecycle
from capclient.themes.life_history import reviews
from capclient.themes.lifecycle import stages_at
from capclient.vocabulary import STAGES, finding_specs

AS_OF = date(2025, 12, 31)
IDS = {id for id in finding_specs() if id.startswith("lifecycle.")}
# monthly euros of each year from 2021; None: no order
LEVELS = {
    "STEADY": [100, 100, 100, 100, 100], "GROWS": [100, 100, 110, 130, 200], "FADES": [200, 190, 170, 150, 100],
    "LEAVES": [100, 100, 100, None, None], "NEW": [None, None, None, None, 80], "YOUNG": [None, None, 60, 70, 70],
}  # fmt: skip


def ledger(first: int = 2021, **more) -> pd.DataFrame:
    rows = [
        (f"{client}{year}{month:02d}", client, f"{year}-{month:02d}-10", str(level))
        for client, levels in LEVELS.items()
        for year, level in zip(range(2021, 2026), levels, strict=True)
        for month in range(1, 13)
        if level is not None and year >= first
    ]
    columns = ["invoice_id", "customer_id", "invoice_date", "amount_ht"]
    return pd.DataFrame(rows, columns=columns).assign(**more)


def contacts() -> pd.DataFrame:
    seen = {"STEADY": 9, "GROWS": 5, "FADES": 2, "NEW": 4}
    rows = [
        (client, f"2025-{1 + n % 12:02d}-{15 + n % 3}", "visit" if n % 2 else "call")
        for client, times in seen.items()
        for n in range(times)
    ]
    rows += [("STEADY", "2024-06-01", "visit"), ("GROWS", "2025-03-03", "mail")]
    return pd.DataFrame(rows, columns=["customer_id", "date", "type"])


@pytest.fixture(scope="module")
def company() -> Portfolio:
    return Portfolio.from_frames(
        ledger(cost=lambda lines: (lines.amount_ht.astype(float) * 0.6).round(2).astype(str)),
        interactions=contacts(), as_of=AS_OF,
    )  # fmt: skip


def value(portfolio: Portfolio, name: str):
    item = Findings(portfolio)[f"lifecycle.{name}"]
    return item.reason if item.value is None else item.value


def test_every_finding_of_the_group_is_given_once(company):
    given = [item.id for item in life(company).findings]
    assert len(given) == len(set(given)) and set(given) == IDS


def test_the_last_point_of_the_history_is_today_and_the_others_are_the_days_of_then(company):
    history = life(company).history
    days = history.stages.columns.tolist()
    assert days == [shifted(AS_OF, -3 * back) for back in range(12, -1, -1)]
    assert (history.stages[AS_OF] == lifecycle(company).customers.stage).all()
    for day in days[::4]:
        then = stages_at(company.at(day)).stage
        seen = history.stages[day].dropna()
        assert (seen == then.reindex(seen.index)).all() and set(seen.index) == set(then.index)
    sizes = history.composition.groupby("day").customers.sum()
    assert (sizes == history.stages.notna().sum()).all()
    assert set(history.stages.stack().dropna()) <= set(STAGES)
    assert history.lacking == 4  # of 13 reviews, those of 2022-12 to 2023-09 have two years behind them


def test_planted_courses_are_told(company):
    now = lifecycle(company).customers.stage
    assert now.to_dict() == {
        "STEADY": "adult", "GROWS": "adolescence", "FADES": "old_age", "LEAVES": "lost", "NEW": "childhood",
        "YOUNG": "adult",
    }  # fmt: skip
    courses = life(company).history.courses
    assert courses.sequence["STEADY"] == "adult" and courses.changes["STEADY"] == 0
    assert courses.sequence["LEAVES"].endswith("lost") and courses.sequence["YOUNG"].startswith("childhood")
    assert courses.stage["FADES"] == "old_age"


def test_documents_that_come_later_change_no_past_stage():
    whole = life(Portfolio.from_frames(ledger(), as_of=AS_OF)).history.stages
    lines = ledger()
    past = Portfolio.from_frames(lines[lines.invoice_date <= "2024-12-31"], as_of=date(2024, 12, 31))
    before = life(past).history.stages
    shared = [day for day in before if day in whole.columns]
    assert len(shared) == 9
    for day in shared:
        seen = before[day].dropna()
        assert (whole[day].dropna() == seen).all()


@pytest.mark.parametrize(
    ("first", "known", "stage"),
    [(2025, 0, "undetermined"), (2024, 1, "adult"), (2023, 5, "old_age")],
)
def test_without_the_years_a_stage_needs_it_is_undetermined_and_not_guessed(first, known, stage):
    """One year: no growth. Two: rules 5 and 7. Three: two falls in a row, that make FADES old by rule 6 alone."""
    lines = ledger(first)
    mild = lines.amount_ht.mask(
        (lines.customer_id == "FADES") & (lines.invoice_date >= "2025"), "130"
    )  # -13 % after -12 %: neither is a strong fall
    company = Portfolio.from_frames(lines.assign(amount_ht=mild), as_of=AS_OF)
    stages = lifecycle(company).customers
    assert stages.stage["FADES"] == stage
    if first == 2025:  # everybody: rule 3 is silenced by censoring, rules 5 to 8 have no ground
        assert set(stages.stage) == {"undetermined"} and set(stages["rule"]) == {"7b"}
        assert value(company, "undetermined_customers") == 5
    if first == 2024:
        assert stages.stage["NEW"] == "childhood" and "watch" in stages["flags"]["FADES"]
    assert len(reviews(company)) == known
    if known == 0:
        assert value(company, "reviews") == value(company, "stay_share") == "history_short"
    if known == 1:
        assert value(company, "reviews") == 1 and value(company, "confirmed_moves") == "history_short"


def test_what_clients_brought_is_counted_by_age(company):
    mine = life(company).contribution
    assert mine.clients.cohort.to_dict() == {"NEW": 2025, "YOUNG": 2023} and mine.unseen == 4
    # first purchases on 10 January: month k of a life goes from the 10th of a month to the 9th of the next
    assert mine.ages.loc[6, "median"] == (6 * 60 + 6 * 80) / 2
    assert mine.ages.loc[12, "customers"] == 1 and mine.ages.loc[12, "median"] == 12 * 60
    assert (
        value(company, "contribution_36m_median") == "history_short"
    )  # YOUNG is followed for 35 whole months
    assert value(company, "contribution_24m_median") == 12 * 60 + 12 * 70
    assert value(company, "margin_12m_median") == pytest.approx(0.4 * 12 * 60)
    assert value(company, "payback_months") == "missing:prospecting_cost"
    assert value(company, "contribution_unseen_customers") == 4


def test_few_clients_followed_are_one_caveat_whatever_the_age(company):
    few = [one for one in life(company).findings if one.caveat == "caveat.life_few"]
    assert len(few) > 2 and len({one.caveats("fr") for one in few}) == 1


def test_a_passage_that_nobody_could_make_names_the_stage():
    steady = Portfolio.from_frames(ledger()[lambda rows: rows.customer_id.eq("STEADY")], as_of=AS_OF)
    assert value(steady, "childhood_grown_share") == "denominator_zero:no_childhood"
    assert value(steady, "old_age_lost_share") == "denominator_zero:no_old_age"


def test_contacts_are_held_against_the_stage(company):
    mine = life(company).effort
    assert (
        mine.reason is None and isinstance(mine.without_market, type(life(company).history.reason)) is False
    )
    verdicts = mine.customers.verdict.dropna().to_dict()
    assert verdicts == {
        "FADES": "below", "GROWS": "within", "NEW": "below", "STEADY": "above", "YOUNG": "below",
    }  # fmt: skip
    assert mine.neglected.index.tolist() == ["FADES", "NEW"] and mine.above.index.tolist() == ["STEADY"]
    assert value(company, "effort_within_customers") == 1 and value(company, "effort_judged_customers") == 5
    assert value(company, "effort_spare_contacts") == 5  # nine for an adult, of four at most
    assert value(company, "effort_missing_contacts") == 4 + 2 + 1  # FADES, NEW (11 months of 12: six), YOUNG
    assert value(company, "effort_neglected_revenue") == 12 * 100 + 12 * 80


def test_cadences_are_parameters():
    told = {"lifecycle": {"contacts_adult": ["1", "12"], "confirmations": "1"}}
    company = Portfolio.from_frames(ledger(), interactions=contacts(), as_of=AS_OF, thresholds=told)
    assert value(company, "effort_adult_above_customers") == 0
    assert value(company, "flickers_avoided") == value(company, "pending_customers") == 0


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (None, "missing:interactions"),
        (contacts().assign(type="mail"), "missing:visits"),
        (contacts()[lambda rows: rows.date >= "2025-05"], "period_incomplete"),
    ],
)
def test_without_a_year_of_visits_no_cadence_is_judged(table, reason):
    given = {} if table is None else {"interactions": table}
    company = Portfolio.from_frames(ledger(), as_of=AS_OF, **given)
    assert value(company, "effort_within_share") == reason
    assert life(company).effort.customers.empty


def test_the_market_changes_a_stage_only_where_it_is_known():
    market = pd.DataFrame({"segment_type": "total", "segment": "total", "year": ["2024", "2025"],
                           "growth": ["-0.12", "-0.30"]})  # fmt: skip
    bare = Portfolio.from_frames(ledger(), as_of=AS_OF)
    assert value(bare, "market_changed_customers") == "missing:market"
    company = Portfolio.from_frames(ledger(), market=market, as_of=AS_OF)
    changed = life(company).effort.without_market
    expected = lifecycle(company).customers.stage != lifecycle(bare).customers.stage
    assert set(changed.index) == set(expected.index[expected]) and "FADES" in changed.index
    assert (changed.stage_without == lifecycle(bare).customers.stage.reindex(changed.index)).all()
    assert changed.market_growth.dropna().round(6).eq(-0.30).all()
    assert value(company, "market_changed_customers") == len(changed)


def test_the_alert_on_old_age_is_said_above_its_threshold():
    from capclient.notebook.desk import Desk, _desks, variant

    for limit, said in (("0.10", "alert"), ("0.90", "calm")):
        told = {"lifecycle": {"old_age_alert": limit}}
        company = Portfolio.from_frames(ledger(), as_of=AS_OF, thresholds=told)
        _desks[:] = [Desk(company, "fr")]
        assert variant("lifecycle.old_age", Findings(company)) == f"lifecycle.old_age.{said}"
    _desks.clear()


def test_client_totals_and_yearly_columns_say_why_there_is_no_life():
    totals = pd.DataFrame({"customer_id": ["A", "B"], "Milk": [10.0, 5.0]})
    from capclient.frames import written
    from capclient.params import make_params

    source = {
        "path": "customer_totals.parquet",
        "measures": ["Milk"],
        "period": {"start": "2025-01-01", "end": "2025-12-31"},
    }
    content = {"company": {"id": "t"}, "sources": {"customer_totals": source}}
    folder = written({"customer_totals": totals})
    company = Portfolio.of(make_params(content, folder=folder, where="test"))
    found = life(company).findings
    assert {item.id for item in found} == IDS
    assert {item.reason for item in found} == {"missing:invoice_lines"}


def test_the_composition_is_that_of_confirmed_stages(company):
    history = life(company).history
    for day in history.confirmed:
        drawn = history.composition[history.composition.day == day].set_index("stage").customers
        assert (drawn == history.confirmed[day].value_counts().reindex(drawn.index, fill_value=0)).all()


def test_every_change_announced_is_accounted_for(company):
    parts = ("confirmed_changes", "flickers_avoided", "pending_customers", "returned_changes")
    counted = [value(company, name) for name in parts]
    assert sum(counted) == value(company, "raw_changes") and min(counted) >= 0


def test_years_of_passages_share_no_month(company):
    pairs = life(company).history.pairs
    assert pairs[-1][1] == AS_OF and len(pairs) == 3  # thirteen quarterly reviews: three years
    assert all(after <= before for (_, after), (before, _) in pairwise(pairs))


@pytest.mark.parametrize("first", [2025, 2024])
def test_a_year_ago_without_its_own_two_years_nothing_is_said_to_have_moved(first):
    short = Portfolio.from_frames(ledger(first), as_of=AS_OF)
    assert value(short, "customers_moved") == "history_short:stages"
    assert lifecycle(short).transitions.empty and lifecycle(short).moves.empty
    old = value(short, "old_age_customers")
    assert old == "history_short:stages" if first == 2025 else isinstance(old, int)


def waves() -> pd.DataFrame:
    """Thirty clients that never change, and each year six that fade for a year, then leave."""
    rows = []
    for wave in range(2022, 2030):
        for number in range(6):
            for year in range(max(2019, wave - 5), min(wave, 2025) + 1):
                level = "60" if year == wave else "100"
                rows += [(f"W{wave}-{number}", year, month, level) for month in range(1, 13)]
    for number in range(30):
        rows += [(f"S{number}", year, month, "100") for year in range(2019, 2026) for month in range(1, 13)]
    return pd.DataFrame(
        {
            "invoice_id": [f"F{place}" for place in range(len(rows))],
            "customer_id": [row[0] for row in rows],
            "invoice_date": [f"{year}-{month:02d}-10" for _, year, month, _ in rows],
            "amount_ht": [row[3] for row in rows],
        }
    )


def test_the_guess_for_next_year_applies_the_very_passages_of_the_grid():
    company = Portfolio.from_frames(waves(), as_of=AS_OF)
    history = life(company).history
    days = [shifted(AS_OF, -12 * back) for back in (3, 2, 1, 0)]
    assert history.pairs == list(pairwise(days))
    seen = pd.concat(
        [history.stages[list(pair)].set_axis(["before", "after"], axis=1) for pair in pairwise(days)]
    ).dropna()
    shares = pd.crosstab(seen.before, seen.after, normalize="index")
    today = history.stages[AS_OF].value_counts()
    living = [stage for stage in today.index if stage != "lost"]
    gone = sum(today[stage] * shares.loc[stage, "lost"] for stage in living)
    assert gone > 3 and history.next_year.expected["lost"] == pytest.approx(gone)
    assert value(company, "projected_lost_customers") == round(gone)
