"""What the analysis finds again of what was planted in the simulated companies, as Markdown for ``CONTRIBUTING.md``.

``python -m tests.e2e.found_again`` prints the section; a test holds the text that is published equal to it. The answer
key is read here and nowhere in the analysis.
"""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from capclient import datasets
from capclient.decisions.alert_volumes import Replayed, volume_replay
from capclient.decisions.alerts import alerts as rung_alerts
from capclient.params import read_params
from capclient.places import notebooks
from capclient.portfolio import Portfolio
from capclient.themes import activity, lifecycle
from capclient.themes.loss_replay import Replay, loss_replay, replayed
from capclient.vocabulary import STAGES, STATES
from tests.e2e import alert_rates
from tests.e2e.alert_outcomes import World

COMPANIES = ("grossiste", "services")
TITLE = "## What the analysis finds again"
PLANTED = {
    "single_contact": "single_contact", "contact_change": "contact_changed", "over_visited": "over_visited",
    "deadlines": "deadlines",
}  # fmt: skip
LATE_MONTHS = 6  # within which an alert on volumes is in time
INTERVALS = (2, 3)  # after the last purchase, in usual intervals


@cache
def opened(company: str) -> tuple[Portfolio, pd.DataFrame]:
    """Return a simulated company read from its files, and what was planted in its clients."""
    folder = Path(tempfile.mkdtemp(prefix="capclient-found-"))
    portfolio = Portfolio.open(datasets.write_company(company, folder))
    return portfolio, pd.DataFrame(datasets.simulate(company).key["clients"]).set_index("customer_id")


def matrix(planted: pd.Series, found: pd.Series, order: tuple[str, ...]) -> pd.DataFrame:
    """Count clients by first planted answer (rows) and answer found (columns), in the order of the vocabulary."""
    counted = pd.crosstab(planted.str[0], found.reindex(planted.index))
    rows, columns = ([code for code in order if code in have] for have in (counted.index, counted.columns))
    return counted.reindex(index=rows, columns=columns, fill_value=0)


def stages(company: str) -> pd.DataFrame:
    """Stages planted and found at D."""
    portfolio, clients = opened(company)
    return matrix(clients.stages, lifecycle(portfolio).customers.stage, STAGES)


def states(company: str) -> pd.DataFrame:
    """States planted and found at D."""
    portfolio, clients = opened(company)
    return matrix(clients.states, activity(portfolio).customers.state, STATES)


def seasons(company: str) -> pd.DataFrame:
    """Seasonal clients planted and found, among those that still buy."""
    portfolio, clients = opened(company)
    known = activity(portfolio).customers.reindex(clients.index)
    here = known.state.ne("lost")
    planted = clients.season_months.notna().map({True: "seasonal", False: "not"})
    found = known.seasonal.map({True: "seasonal", False: "not"})
    return pd.crosstab(planted[here], found[here]).reindex(
        index=["seasonal", "not"], columns=["seasonal", "not"], fill_value=0
    )


def usual_intervals(company: str) -> pd.Series:
    """Mean days between two purchase days of each client, from the simulated ledger itself."""
    lines = datasets.simulate(company).invoice_lines
    days = lines[lines.doc_type == "invoice"].dropna(subset="customer_id")
    bought = days.groupby("customer_id").invoice_date.agg(["min", "max", "nunique"])
    return (bought["max"] - bought["min"]).dt.days / (bought["nunique"] - 1)


def leavers(company: str) -> pd.DataFrame:
    """Tell which alarms had rung for each planted leaver so many usual intervals after its last purchase."""
    portfolio, clients = opened(company)
    left = pd.to_datetime(clients.leave_date.dropna())
    usual = usual_intervals(company).reindex(left.index)
    found = []
    for many in INTERVALS:
        day = (left + pd.to_timedelta(np.ceil(many * usual), unit="D")).dt.date
        day = day[day <= portfolio.as_of]
        said = replayed(portfolio, sorted(set[date](day)))
        asked = pd.DataFrame({"origin": pd.to_datetime(day)}).rename_axis("customer_id").reset_index()
        got = asked.merge(said, on=["customer_id", "origin"], how="left")
        for bell in ("watch", "states"):
            got[bell] |= got.state.eq("lost")
        found.append(got.assign(intervals=many)[["customer_id", "intervals", "naive", "watch", "states"]])
    return pd.concat(found, ignore_index=True)


def bells(company: str) -> pd.DataFrame:
    """Measures of the alarms replayed over two years of months."""
    replay = loss_replay(opened(company)[0])
    assert isinstance(replay, Replay)
    return replay.bells


def alerts(company: str) -> list[str]:
    """What the alerts that can be replayed were worth, and clients planted for a rule beside those it names."""
    portfolio, clients = opened(company)
    told, past = rung_alerts(portfolio), volume_replay(portfolio)
    assert isinstance(past, Replayed)
    left = pd.to_datetime(clients.leave_date.dropna())
    days = pd.to_datetime(pd.Series(list(past.rose.columns)))
    left = left[(left >= days.iloc[0]) & (left <= days.iloc[-1] - pd.DateOffset(months=LATE_MONTHS))]
    rows = past.rose.reindex(left.index, fill_value=False).set_axis(days, axis=1)
    found = sum(
        bool(
            rows.loc[
                who, (days >= day).to_numpy() & (days <= day + pd.DateOffset(months=LATE_MONTHS)).to_numpy()
            ].any()
        )
        for who, day in left.items()
    )
    lines = [
        f"Alerts replayed each month over two years. Of the {len(left)} clients planted to leave in these months, the",
        f"alert on volumes rang for {found} within six months; it has a floor, 0.1 % of the revenue of the company.",
        "",
        "| alert | rang | false | per 100 client-months |",
        "| --- | --- | --- | --- |",
    ]
    for code in ("volume_loss", "risk_state"):
        row = told.rules.loc[code]
        lines.append(
            f"| `{code}` | {row.past_alerts:.0f} | {row.false_share:.2f} | {row.false_per_100:.2f} |"
        )
    planted = datasets.simulate(company).key.get("parts", {})
    if planted:
        lines += [
            "",
            "Clients planted for a rule, and clients it names:",
            "",
            "| alert | planted | named | both |",
            "| --- | --- | --- | --- |",
        ]
        for code, part in PLANTED.items():
            if part not in planted:
                continue
            named, meant = set(told.rows.customer_id[told.rows.code == code]), set(planted[part])
            lines.append(f"| `{code}` | {len(meant)} | {len(named)} | {len(named & meant)} |")
    return lines


def section() -> str:
    """Return the section of ``CONTRIBUTING.md``."""
    parts = [
        TITLE,
        "Simulated companies carry an answer key that no analysis code reads. What is planted stands in rows, what is\n"
        "found in columns; `python -m tests.e2e.found_again` prints this section, and a test holds it true.",
    ]
    for company in COMPANIES:
        parts += [
            f"### `{company}`",
            "Stages of section 7 at the analysis date:",
            _grid(stages(company), "planted"),
        ]
        parts += ["States of section 8 at the analysis date:", _grid(states(company), "planted")]
        if (opened(company)[1].season_months.notna()).any():
            parts += [
                "Seasonal clients (3.11), among those that still buy:",
                _grid(seasons(company), "planted"),
            ]
        parts += [_alarms(company), "\n".join(alerts(company))]
    rates = {company: rates_of(company) for company in datasets.COMPANIES}
    parts += ["### Every alert, replayed", alert_rates.LEGEND, alert_rates.table(rates)]
    return "\n\n".join(parts) + "\n"


@cache
def rates_of(company: str) -> dict[str, alert_rates.Rate]:
    """Rates of every alert on the past of a simulated company."""
    key = datasets.simulate(company).key
    world = World(opened(company)[0], key if "contradictions" in key else {})
    return dict(alert_rates.measured(world))


def public_ledger() -> Portfolio:
    """Return Online Retail II, read from the folder of ``CAPCLIENT_DATA``."""
    return Portfolio.of(read_params(notebooks().parent / "params" / "exemples" / "online_retail_ii.yml"))


def _alarms(company: str) -> str:
    gone, measured = leavers(company), bells(company)
    shares = gone.groupby("intervals")[["naive", "watch", "states"]].mean()
    rows = {
        "to watch or worse": "watch",
        "two usual intervals (naive rule)": "naive",
        "at risk or worse (states)": "states",
    }
    lines = [
        f"Alarms for the {gone.customer_id.nunique()} planted leavers, and false alarms per 100 client-months: alarms",
        "that rise for a client that comes back, over two years of month ends.",
        "",
        "| alarm | found within 2 usual intervals | within 3 | false alarms |",
        "| --- | --- | --- | --- |",
    ]
    for name, bell in rows.items():
        said = f"{measured.at[bell, 'false_per_100']:.2f}"
        lines.append(f"| {name} | {shares.at[2, bell]:.2f} | {shares.at[3, bell]:.2f} | {said} |")
    return "\n".join(lines)


def _grid(counts: pd.DataFrame, corner: str) -> str:
    heads = [corner, *(f"`{code}`" for code in counts.columns)]
    rows = [
        [f"`{code}`", *(str(number) if number else "·" for number in row)]
        for code, *row in counts.itertuples()
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in (heads, ["---"] * len(heads), *rows))


if __name__ == "__main__":
    sys.stdout.write(section())
    if "CAPCLIENT_DATA" in os.environ:
        sys.stdout.write("\n" + alert_rates.real_section(World(public_ledger())))
