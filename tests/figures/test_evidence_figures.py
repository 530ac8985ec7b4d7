"""Figures of the system of evidence: a title that states the finding, one status only, nothing declared."""

import pandas as pd
import pytest

from capclient import figures
from capclient.capabilities import capabilities
from capclient.indicators.coverage import STATUSES
from capclient.notices import Notice
from capclient.themes.devices import DEVICES


def standing(*statuses):
    rows = list(capabilities().values())
    return pd.DataFrame(
        {
            "theme": [row.theme for row in rows],
            "status": [statuses[k % len(statuses)] for k in range(len(rows))],
        },
        index=[row.id for row in rows],
    )


def levels(**declared):
    frame = pd.DataFrame(
        index=[device.code for device in DEVICES], columns=["maturity", "kept"], dtype="float64"
    )
    for code, (said, kept) in declared.items():
        frame.loc[code] = [said, kept]
    return frame


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize(
    "statuses", [STATUSES, ("computed",), ("unknown",)], ids=["all", "computed", "unknown"]
)
def test_where_the_proof_stands_is_drawn_whatever_the_answers(statuses, lang):
    drawn = figures.coverage_figure(standing(*statuses), lang=lang)
    assert str(len(capabilities())) in drawn.title and drawn.png and drawn.alt.count(":") >= 10


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_devices_are_drawn_with_the_level_declared_and_kept(lang):
    some = figures.devices_figure(levels(hotline=(3, 2), survey=(0, 0), fairs=(4, 4)), lang=lang)
    assert "3" in some.title and "1" in some.title
    assert figures.devices_figure(levels(hotline=(3, 3)), lang=lang).title != some.title
    assert isinstance(figures.devices_figure(levels(), lang=lang), Notice)
