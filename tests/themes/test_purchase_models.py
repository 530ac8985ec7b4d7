"""Models of purchase and renewal as themes: refused with the right reason, used only where they beat the rule (8.2)."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from capclient.findings import reason_text
from capclient.portfolio import Portfolio
from capclient.themes import Findings, customers, models, purchase_models, renewal_curve, results
from capclient.themes.purchase_proof import Proof
from capclient.vocabulary import Unknown, finding_specs
from capclient.wording import has

AS_OF = date(2025, 12, 31)


def trade(
    n=400,
    seed=1,
    *,
    stop=(0.6, 3.0),
    pace=(0.9, 6.0),
    days=1400,
    amount=lambda rng, pace, n: rng.lognormal(4, 0.3, n),
):
    """A ledger in which clients behave as BG/NBD says; the data end on AS_OF."""
    rng = np.random.default_rng(seed)
    rows = []
    for client in range(n):
        own, leaves = rng.gamma(pace[0], 1 / pace[1]), rng.beta(*stop)
        now = float(rng.integers(0, days - 200))
        while now <= days:
            rows.append((client, int(now), own))
            if len(rows) > 1 and rows[-2][0] == client and rng.random() < leaves:
                break
            now += max(rng.exponential(7 / own), 1.0)
    rows += [(n, 0, 1.0), (n, days, 1.0)]  # the data cover every day
    frame = pd.DataFrame(rows, columns=["client", "day", "pace"])
    frame["amount_ht"] = amount(rng, frame.pace.to_numpy(), len(frame)).round(2)
    start = pd.Timestamp(AS_OF) - pd.Timedelta(days=days)
    return pd.DataFrame(
        {
            "invoice_id": [f"F{n}" for n in range(len(frame))],
            "customer_id": "C" + frame.client.astype(str).str.zfill(4),
            "invoice_date": (start + pd.to_timedelta(frame.day, unit="D")).dt.strftime("%Y-%m-%d"),
            "amount_ht": frame.amount_ht,
        }
    )


@pytest.fixture(scope="module")
def portfolio():
    return Portfolio.from_frames(trade(), as_of=AS_OF)


def test_clients_that_stop_are_told_better_by_the_model_than_by_habit(portfolio):
    told = purchase_models(portfolio)
    assert told.reason is None
    assert isinstance(told.proof, Proof) and told.proof.is_won
    assert 0.8 < told.proof.total < 1.25
    found = Findings(portfolio)
    assert found["model.holdout_error"].value < found["model.holdout_naive_error"].value
    assert found["model.bgnbd_a"].value == pytest.approx(0.6, rel=0.6)
    assert found["model.expected_orders_12m"].value == int(told.clients.expected_orders_12m.sum())


def test_the_table_of_clients_holds_what_the_model_says(portfolio):
    table, told = customers(portfolio).set_index("customer_id"), purchase_models(portfolio).clients
    names = list(table)
    assert names.index("cluster") < names.index("p_active") < names.index("expected_orders_12m")
    assert (table.p_active.isna() == (told.x.fillna(0) == 0)).all()
    pd.testing.assert_series_equal(table.p_active, told.p_active, check_names=False)


def test_the_interface_that_other_themes_read(portfolio):
    told = purchase_models(portfolio)
    assert list(told.clients) == ["x", "t_x", "T", "p_active", "expected_orders_12m", "expected_amount"]
    assert (told.clients.index == portfolio.customers.index).all()


def test_later_documents_change_nothing_to_the_proof_of_a_past_day(portfolio):
    past = date(2025, 6, 30)
    lines = trade()
    known = Portfolio.from_frames(lines[lines.invoice_date <= past.isoformat()], as_of=past)
    seen = purchase_models(portfolio.at(past))
    pd.testing.assert_frame_equal(
        seen.clients.dropna(subset="x"), purchase_models(known).clients.dropna(subset="x"), rtol=1e-6
    )


def test_the_months_of_the_proof_add_up(portfolio):
    proof = purchase_models(portfolio).proof
    months, start = proof.months, pd.Timestamp(proof.start)
    assert months.actual.is_monotonic_increasing
    assert months.model[start] == months.naive[start] == months.actual[start]
    last = months.iloc[-1]
    assert last.actual - months.actual[start] == proof.clients.actual.sum()
    assert last.model - months.actual[start] == pytest.approx(proof.clients.expected.sum())
    assert last.naive - months.actual[start] == pytest.approx(proof.clients.naive.sum())
    assert proof.groups.customers.sum() == len(proof.clients)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (lambda: trade(60), "n_small:models"),
        (lambda: trade(300, days=205, pace=(0.1, 60.0)), "n_small:repeat"),
        (lambda: trade(150, days=300)[lambda rows: rows.invoice_date > "2025-08-01"], "history_short:weeks"),
    ],
)
def test_few_clients_few_returns_and_short_histories_are_refused(lines, reason):
    portfolio = Portfolio.from_frames(lines(), as_of=AS_OF)
    told = purchase_models(portfolio)
    assert told.reason == Unknown(reason)
    assert told.clients.p_active.isna().all() and told.clients.expected_orders_12m.isna().all()
    assert all(item.reason == reason for item in told.findings)


def test_a_company_under_contract_renews_and_does_not_buy_again():
    lines = trade(150).assign(recurring=True)
    told = purchase_models(Portfolio.from_frames(lines, as_of=AS_OF))
    assert told.reason == Unknown("not_applicable:contracts")


def test_amounts_that_go_with_frequency_are_not_modelled():
    lines = trade(
        300, stop=(0.6, 20.0), amount=lambda rng, pace, n: 100 * pace * rng.lognormal(0, 0.4, n) + 1
    )
    told = purchase_models(Portfolio.from_frames(lines, as_of=AS_OF))
    assert told.amounts == Unknown("unreliable:correlated")
    assert told.clients.expected_amount.isna().all()
    found = {item.id: item for item in told.findings}
    assert found["model.gamma_gamma_p"].reason == "unreliable:correlated"
    assert found["model.frequency_amount_correlation"].value > 0.3


def test_a_steady_trade_leaves_the_floor_to_habit():
    """Each client buys on its own fixed day: as much as last year is exactly right, and a model can only be worse."""
    days = pd.date_range("2022-01-03", AS_OF, freq="7D")
    rows = [
        (f"C{client:03d}", day)
        for client in range(150)
        for place, day in enumerate(days)
        if place % (client % 9 + 1) == 0
    ]
    lines = pd.DataFrame(rows, columns=["customer_id", "invoice_date"])
    lines = lines.assign(invoice_id=[f"F{n}" for n in range(len(lines))], amount_ht=100.0)
    lines["invoice_date"] = lines.invoice_date.dt.strftime("%Y-%m-%d")
    told = purchase_models(Portfolio.from_frames(lines, as_of=AS_OF))
    assert told.reason is not None and told.clients.p_active.isna().all()
    assert isinstance(told.proof, Proof) and not told.proof.is_won and told.proof.naive_error < 1


def signed(stay, n=200, seed=4):
    """Contracts of a year, renewed with the chance that ``stay`` gives to each client."""
    rng = np.random.default_rng(seed)
    rows = []
    for client in range(n):
        chance, start, turn = (
            stay(rng),
            pd.Timestamp("2018-01-01") + pd.DateOffset(months=int(rng.integers(0, 48))),
            0,
        )
        while start <= pd.Timestamp(AS_OF):
            end = start + pd.DateOffset(years=1, days=-1)
            rows.append((f"K{client}-{turn}", f"C{client:04d}", start, end))
            if rng.random() > chance:
                break
            start, turn = end + pd.Timedelta(days=1), turn + 1
    return pd.DataFrame(rows, columns=["contract_id", "customer_id", "start", "end"])


def of_contracts(contracts):
    clients = sorted(contracts.customer_id.unique())
    lines = pd.DataFrame(
        {
            "invoice_id": [f"F{n}" for n in range(2 * len(clients))], "customer_id": clients * 2,
            "invoice_date": ["2022-01-01"] * len(clients) + ["2025-12-31"] * len(clients), "amount_ht": 10.0,
        }
    )  # fmt: skip
    return Portfolio.from_frames(lines, as_of=AS_OF, contracts=contracts)


def test_clients_that_differ_give_a_curve_that_wins():
    told = renewal_curve(of_contracts(signed(lambda rng: rng.beta(1.2, 0.5), n=600)))
    assert told.reason is None and told.is_curve
    assert told.fit["alpha"] == pytest.approx(0.5, rel=0.35) and told.fit["beta"] == pytest.approx(
        1.2, rel=0.35
    )
    assert told.ahead.turn.nunique() > 1
    order = told.ahead.assign(chance=told.chances).sort_values("turn").chance
    assert order.is_monotonic_increasing  # the older, the surer
    found = {item.id: item for item in told.findings}
    assert found["model.renewal_error"].value < found["model.renewal_naive_error"].value
    assert found["model.renewal_rate"].interval is not None
    assert found["model.renewals_due_12m"].value == len(told.ahead)


def test_clients_that_are_alike_give_one_rate_for_all():
    told = renewal_curve(of_contracts(signed(lambda rng: 0.8)))
    assert not told.is_curve and told.why_rule is not None
    assert told.chances.nunique() == 1 and told.rate == pytest.approx(0.8, abs=0.05)


def test_subscriptions_without_contracts_are_followed_by_their_invoices():
    rng = np.random.default_rng(5)
    rows = [("X", month) for month in pd.date_range("2021-01-01", AS_OF, freq="MS")]
    for client in range(60):
        start = pd.Timestamp("2021-06-01") + pd.DateOffset(months=int(rng.integers(0, 24)))
        years = int(rng.integers(1, 5))
        end = min(start + pd.DateOffset(years=years, days=-1), pd.Timestamp(AS_OF))
        rows += [(f"C{client}", month) for month in pd.date_range(start, end, freq="MS")]
    lines = pd.DataFrame(rows, columns=["customer_id", "day"])
    lines = pd.DataFrame(
        {
            "invoice_id": [f"F{n}" for n in range(len(lines))], "customer_id": lines.customer_id,
            "invoice_date": lines.day.dt.strftime("%Y-%m-%d"), "amount_ht": 50.0, "recurring": True,
        }
    )  # fmt: skip
    told = renewal_curve(Portfolio.from_frames(lines, as_of=AS_OF))
    assert told.source == "billing" and told.reason is None
    assert "X" not in set(
        told.decisions.customer_id
    )  # already billed when the data begin: its age is unknown
    # nobody leaves between two anniversaries: every client that left said no once, at its last one
    assert told.decisions[~told.decisions.renewed].groupby("customer_id").size().max() == 1


def test_few_decisions_are_no_curve():
    told = renewal_curve(of_contracts(signed(lambda rng: 0.8, n=8)))
    assert told.reason == Unknown("n_small:renewals")
    assert renewal_curve(Portfolio.from_frames(trade(60), as_of=AS_OF)).reason == Unknown("missing:contracts")


def test_every_model_is_named_whatever_the_data():
    ids = {id for id in finding_specs() if id.startswith("model.")}
    for lines in (trade(30), trade(30).head(1)):
        portfolio = Portfolio.from_frames(lines, as_of=AS_OF)
        assert {item.id for item in models(portfolio).findings} == ids
        named = [item.id for item in results(portfolio)]
        assert len(named) == len(set(named)) and ids <= set(named)


@pytest.mark.parametrize(
    "code",
    [
        "unreliable.same_stops", "unreliable.not_converged", "unreliable.correlated", "unreliable.naive_better",
        "unreliable.same_renewal", "n_small.models", "n_small.repeat", "n_small.renewals", "history_short.weeks",
        "not_applicable.contracts", "unreliable.same_pace", "unreliable.same_amounts", "unreliable.fixed_amounts",
    ],
)  # fmt: skip
def test_every_refusal_has_its_own_sentence_and_advice(code):
    assert has(f"reason.{code}") and has(f"notice.{code}")
    for lang in ("fr", "en"):
        assert len(reason_text(code.replace(".", ":", 1), lang)) > 20
