"""Names, typical clients and the map of groups follow from the figures that made them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capclient.indicators.clusters import (
    ORDINALS,
    TRANSFORMS,
    Clusters,
    cluster,
    cluster_features,
    ordinal_answers,
)
from capclient.indicators.group_profiles import (
    apart,
    extremes,
    group_gaps,
    group_traits,
    places,
    principal_axes,
)
from capclient.wording import LANGUAGES, catalogue


@pytest.fixture(scope="module")
def found() -> Clusters:
    """Forty large regular clients, forty small irregular ones, and one giant."""
    rng = np.random.default_rng(11)
    table = pd.DataFrame(
        {
            "revenue_n": [*rng.uniform(90_000, 110_000, 40), *rng.uniform(900, 1_100, 40), 9e9],
            "volatility": [*rng.uniform(0.1, 0.2, 40), *rng.uniform(0.9, 1.1, 40), 0.15],
            "growth": rng.normal(0, 0.02, 81),
        },
        index=[f"C{n:02}" for n in range(81)],
    )
    groups = cluster(*cluster_features(table), seed=1, bootstraps=3, ks=(2, 2))
    assert isinstance(groups, Clusters)
    return groups


def test_names_come_from_the_widest_departures(found: Clusters) -> None:
    traits = group_traits(group_gaps(found).clip(-3, 3))
    assert set(traits[2]) <= {("revenue_n", "low"), ("volatility", "high")} and traits[2]
    assert traits[1] != traits[2]
    assert apart(found) == []


@given(
    st.lists(
        st.lists(st.sampled_from([-3.0, -1.0, -0.2, 0.0, 0.2, 1.0, 3.0]), min_size=4, max_size=4),
        min_size=2,
        max_size=8,
    )
)
def test_groups_with_different_profiles_never_share_their_traits(rows: list) -> None:
    gaps = pd.DataFrame(
        rows, index=range(1, len(rows) + 1), columns=["revenue_n", "growth", "ratio", "volatility"]
    )
    named = group_traits(gaps)
    signs = {
        label: frozenset(pair for pair in np.sign(gaps.loc[label]).items() if pair[1]) for label in gaps.index
    }
    for one in named:
        for other in named:
            if one < other and set(named[one]) == set(named[other]):
                assert signs[one] == signs[other]  # the same on every feature: only a number tells them apart
    assert named == group_traits(gaps)


def test_a_tiny_group_is_a_case_apart() -> None:
    values = pd.DataFrame({"a": [0.0] * 30 + [1.0] * 30 + [9.0, 9.1], "b": [0.0, 1.0] * 31})
    groups = cluster(values, seed=1, bootstraps=2, ks=(3, 3))
    assert isinstance(groups, Clusters)
    assert [int(groups.sizes[label]) for label in apart(groups)] in ([], [2])


def test_typical_clients_are_near_and_margins_lie_between_nothing_and_one(found: Clusters) -> None:
    here = places(found)
    assert here.margin.between(0, 1).all() and (here.cluster != here.nearest_other).all()
    centre = found.centres.loc[1]
    nearest = here[here.cluster == 1].distance.idxmin()
    assert np.isclose(np.sqrt(((found.scaled.loc[nearest] - centre) ** 2).sum()), here.distance[nearest])


def test_the_axes_keep_shares_and_the_first_keeps_more(found: Clusters) -> None:
    axes = principal_axes(found)
    assert 0 <= axes.shares[1] <= axes.shares[0] <= 1 and sum(axes.shares) <= 1 + 1e-9
    assert axes.leading[0][0][1] == "high" and len(axes.points) == 81
    variances = np.linalg.eigvalsh(np.cov(found.scaled.to_numpy().T))[::-1]  # by another road
    assert np.allclose(axes.shares, (variances / variances.sum())[:2])


def test_a_giant_is_named_as_extreme_and_makes_no_group(found: Clusters) -> None:
    told = extremes(found)
    assert found.sizes.min() > 30
    assert set(told.columns) == {"client", "feature", "side"}


def test_answers_count_when_half_of_the_clients_have_one() -> None:
    sheet = pd.DataFrame(
        {"ease": ["easy", "challenging", None, None], "outlook": ["growth", None, None, None]}
    )
    assert ordinal_answers(sheet).columns.tolist() == ["ease"]
    assert ordinal_answers(sheet).ease.tolist()[:2] == [1.0, 0.0]
    assert ordinal_answers(pd.DataFrame(index=["A"])).empty


def test_an_answer_weighs_from_one_end_of_its_scale_to_the_other_one_unit() -> None:
    rng = np.random.default_rng(2)
    table = pd.DataFrame({"revenue_n": rng.uniform(1, 1e5, 40), "ease": [0.0, 0.5, 1.0, 1.0] * 10})
    groups = cluster(*cluster_features(table), seed=1, bootstraps=2)
    assert isinstance(groups, Clusters)
    assert np.isclose(groups.scaled.ease.max() - groups.scaled.ease.min(), 1.0)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_feature_has_its_two_words_and_no_two_are_alike(lang: str) -> None:
    words = [
        catalogue(lang)[f"trait.{name}.{side}"]
        for name in (*TRANSFORMS, *ORDINALS)
        for side in ("high", "low")
    ]
    assert len(set(words)) == len(words)
