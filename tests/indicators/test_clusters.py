import numpy as np
import pandas as pd
import pytest

from capclient.indicators.clusters import Clusters, cluster, cluster_features
from capclient.vocabulary import Unknown


@pytest.fixture(scope="module")
def customers() -> pd.DataFrame:
    """Three kinds of clients, 40 of each: large and regular, middling, small and rare."""
    rng = np.random.default_rng(7)
    kinds = [(100_000.0, 10.0, 0.3), (8_000.0, 45.0, 0.0), (500.0, 200.0, -0.4)]
    rows = [
        (size * factor, days * other, growth + noise)
        for size, days, growth in kinds
        for factor, other, noise in zip(
            rng.uniform(0.8, 1.2, 40), rng.uniform(0.8, 1.2, 40), rng.normal(0, 0.03, 40), strict=True
        )
    ]
    index = [f"C{i:03}" for i in range(120)]
    return pd.DataFrame(rows, columns=["revenue_n", "interval_days", "growth"], index=index)


def found_in(customers: pd.DataFrame, **options: object) -> Clusters:
    features, originals = cluster_features(customers)
    found = cluster(features, originals, **{"seed": 1, "bootstraps": 5, **options})  # type: ignore[arg-type]
    assert isinstance(found, Clusters)
    return found


def test_planted_groups_are_found_largest_first(customers: pd.DataFrame) -> None:
    found = found_in(customers)
    assert (found.k, found.reason) == (3, None)
    assert found.labels.tolist() == [1] * 40 + [2] * 40 + [3] * 40
    assert found.sizes.to_dict() == {1: 40, 2: 40, 3: 40}
    assert found.stability > 0.9 and found.curve.index.tolist() == [2, 3, 4, 5, 6, 7, 8]
    assert found.silhouette == found.curve[3]
    assert found.profiles.loc[1, "revenue_n"] == customers["revenue_n"].iloc[:40].median()


def test_rows_in_another_order_give_the_same_clusters(customers: pd.DataFrame) -> None:
    first, second = found_in(customers), found_in(customers.sample(frac=1, random_state=5))
    pd.testing.assert_series_equal(second.labels.loc[customers.index], first.labels)
    assert (first.silhouette, first.stability) == (second.silhouette, second.stability)


def test_noise_is_no_structure_and_keeps_its_figures() -> None:
    rng = np.random.default_rng(3)
    noise = pd.DataFrame(rng.normal(size=(150, 6)), columns=list("abcdef"))
    found = cluster(noise, seed=1, bootstraps=5)
    assert isinstance(found, Clusters)
    assert found.reason == "unreliable:no_structure"
    assert found.labels.notna().all() and len(found.profiles) == found.k


def test_an_agreement_equal_to_the_threshold_is_not_enough(customers: pd.DataFrame) -> None:
    assert found_in(customers, stability=1).reason == "unreliable:no_structure"


def test_missing_infinite_and_constant_columns_do_no_harm(customers: pd.DataFrame) -> None:
    dirty = customers.assign(ratio=1.0, volatility=np.nan)
    dirty.iloc[0, 2], dirty.iloc[50, 1] = np.inf, np.nan
    found = found_in(dirty)
    assert found.labels.notna().all() and found.sizes.sum() == 120
    assert np.isfinite(found.profiles["revenue_n"]).all()
    assert not np.isinf(found.profiles).any(axis=None)


def test_new_clients_without_growth_stand_apart(customers: pd.DataFrame) -> None:
    dirty = customers.assign(growth=customers["growth"].where(customers["growth"] < 0.2))
    found = found_in(dirty)
    assert found.labels.tolist() == [1] * 40 + [2] * 40 + [3] * 40


def test_a_column_that_is_mostly_one_value_falls_back_on_its_deviation(customers: pd.DataFrame) -> None:
    rare = customers.assign(days_late=[0.0] * 110 + [30.0] * 10)
    assert found_in(rare).labels.notna().all()


def test_too_few_clients_or_nothing_to_tell_them_apart_give_a_reason(customers: pd.DataFrame) -> None:
    features, _ = cluster_features(customers)
    assert cluster(features.iloc[:29], seed=1) == Unknown("n_small")
    assert isinstance(cluster(features.iloc[:30], seed=1, bootstraps=2, ks=(2, 3)), Clusters)
    same = pd.DataFrame({"revenue_n": [1.0] * 40})
    assert cluster(same, seed=1) == Unknown("unreliable:no_structure")


def test_few_distinct_clients_limit_the_number_of_clusters() -> None:
    three = pd.DataFrame({"a": [0.0, 5.0, 9.0] * 15})
    found = cluster(three, seed=1, bootstraps=3)
    assert isinstance(found, Clusters) and found.curve.index.tolist() == [2]


def test_features_take_the_columns_that_are_there() -> None:
    table = pd.DataFrame({"growth": [9.0], "name": ["x"], "revenue_n": [-4.0], "ratio": [2.0]})
    features, originals = cluster_features(table)
    assert features.to_dict("list") == {"revenue_n": [0.0], "growth": [2.0], "ratio": [2.0]}
    assert originals.to_dict("list") == {"revenue_n": [-4.0], "growth": [9.0], "ratio": [2.0]}


def test_fewer_groups_are_preferred_when_they_are_about_as_sharp() -> None:
    """Four knots, two by two: two groups are a little less sharp than four."""
    rng = np.random.default_rng(11)
    knots = [(0.0, 0.0), (3.2, 0.0), (10.0, 10.0), (13.2, 10.0)]
    rows = [(x + a, y + b) for x, y in knots for a, b in rng.normal(0, 0.75, (25, 2))]
    table = pd.DataFrame(rows, columns=["a", "b"])
    two = cluster(table, seed=1, bootstraps=3, near="0.30")
    best = cluster(table, seed=1, bootstraps=3, near="0")
    assert isinstance(two, Clusters) and isinstance(best, Clusters)
    assert best.k == best.curve.idxmax()
    floor = best.curve.max() - 0.30
    assert two.k == min(k for k, value in best.curve.items() if value >= floor) <= best.k


def test_a_handful_of_clients_far_from_all_the_others_make_no_family(customers: pd.DataFrame) -> None:
    rng = np.random.default_rng(2)
    crowd = pd.DataFrame(rng.normal(size=(100, 2)), columns=["a", "b"])
    crowd.iloc[:3] = [[60.0, 60.0], [61.0, 60.0], [60.0, 61.0]]
    found = cluster(crowd, seed=1, bootstraps=3, ks=(2, 3))
    alone = cluster(crowd, seed=1, bootstraps=3, ks=(2, 3), least=(1, "0"))
    assert isinstance(found, Clusters) and isinstance(alone, Clusters)
    assert found.reason == "unreliable:no_structure" or found.sizes.min() >= 5
    assert alone.reason is None and alone.sizes.min() == 3
    assert found_in(customers, least=(41, "0")).reason == "unreliable:no_structure"
    assert found_in(customers, least=(40, "0.3333")).reason is None


def test_only_numbers_without_a_tiny_group_are_compared_with_the_one_kept(customers: pd.DataFrame) -> None:
    free, held = found_in(customers), found_in(customers, least=(38, "0.03"))
    assert len(free.fit) > 1 and free.next_best in free.fit
    assert 3 in held.fit and set(held.fit) < set(free.fit)
    assert held.next_best is None or held.next_best in held.fit
    alone = found_in(customers, ks=(3, 8), least=(38, "0.03"))
    assert alone.fit == (3,) and len(alone.curve) == 6 and alone.next_best is None
