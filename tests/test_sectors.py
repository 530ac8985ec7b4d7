"""Sector profiles: each loads, lies under what the company says, and never hides a mistake."""

from decimal import Decimal
from pathlib import Path

import pytest

from capclient import places
from capclient.errors import ParamsError
from capclient.params import make_params
from capclient.params_grid import POINTS
from capclient.params_score import common_grid
from capclient.params_sectors import profile_name, profile_of
from capclient.publish.company import _sector
from capclient.yaml_text import read_yaml

PROFILES = sorted(places.sectors().glob("*.yml"))


def made(sector: str, **more: object):
    content = {"company": {"id": "acme", "sector": sector}, "sources": {"invoice_lines": "ventes.csv"}} | more
    return make_params(content, folder=Path("somewhere"), where="acme.yml")


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_every_profile_loads_and_changes_something(path):
    assert made(path.stem).model_dump(exclude={"company"}) != made("").model_dump(exclude={"company"})


def test_a_profile_changes_only_what_it_names():
    grid, base = made("commerce_de_gros").score.grid(), common_grid()
    assert grid["net_margin"].goal == Decimal("0.08")
    assert grid["grr"] == base["grr"]
    assert list(grid) == list(base)


def test_the_company_has_the_last_word():
    own = {"bounds": {"net_margin": {"floor": "0", "goal": "0.20"}}}
    grid = made("Commerce de gros", score=own).score.grid()
    assert grid["net_margin"].goal == Decimal("0.20")
    assert grid["effective_customers"].goal == Decimal(50)


def test_a_sector_without_profile_has_the_common_base():
    assert made("Élevage d’escargots").score.grid() == common_grid()


def test_a_sector_is_never_a_path():
    assert made("../../etc/passwd").score.grid() == common_grid()


def test_an_unknown_criterion_and_equal_bounds_are_refused():
    with pytest.raises(ParamsError, match="fidelite"):
        made("", score={"weights": {"fidelite": "2"}})
    with pytest.raises(ParamsError, match="grr"):
        made("", score={"bounds": {"grr": {"floor": "1", "goal": "1"}}})


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_every_profile_is_found_by_each_of_its_names_and_weighs_something(path):
    params = made(path.stem)
    assert sum(params.grid.all_weights().values()) > 0
    assert list(params.grid.all_points()) == list(POINTS)
    assert all(row.floor != row.goal and row.weight >= 0 for row in params.score.grid().values())
    assert profile_of(profile_name(path.stem)) == path
    assert profile_name(path.stem, "en") == read_yaml(path)["name_en"] != profile_name(path.stem)


def test_two_profiles_never_share_a_name():
    names = [name.casefold() for path in PROFILES for name in read_yaml(path)["names"]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("sector", "stem"),
    [
        ("services_aux_entreprises", "services"),
        ("BTP", "batiment"),
        ("  Négoce alimentaire ", "negoce_alimentaire"),
    ],
)
def test_a_sector_is_found_whatever_its_accents_and_capitals(sector, stem):
    assert profile_of(sector).stem == stem


def test_the_grid_of_a_company_refuses_what_it_does_not_know():
    with pytest.raises(ParamsError, match="beaute"):
        made("", grid={"weights": {"beaute": "2"}})
    with pytest.raises(ParamsError, match="superbe"):
        made("", grid={"levels": {"ease": {"superbe": "1"}}})
    with pytest.raises(ParamsError):
        made("", grid={"levels": {"ease": {"easy": "2"}}})
    with pytest.raises(ParamsError):
        made("", grid={"weights": dict.fromkeys(POINTS, "0")})


def test_the_cover_says_the_sector_in_the_language_of_the_report():
    assert _sector("industrie", "en") == "Manufacturing and subcontracting"
    assert _sector("industrie", "fr") == "Industrie"
    assert _sector("bike_shops", "en") == "Bike shops"
    assert _sector("", "en") is None
