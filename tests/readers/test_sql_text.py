"""Names and texts of the user never become SQL."""

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from capclient.readers.sql_text import literal, one_file, quoted

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


@given(texts)
def test_any_text_comes_back_from_the_engine_unchanged(text):
    assert duckdb.execute(f"SELECT {literal(text)}").fetchall() == [(text,)]


@given(texts)
def test_any_header_can_be_selected(name):
    assert duckdb.execute(f"SELECT {quoted(name)} FROM (SELECT 1 AS {quoted(name)})").fetchall() == [(1,)]


def test_a_file_name_is_never_a_pattern(tmp_path):
    (tmp_path / "ventes*.csv").write_text("1\n")
    (tmp_path / "ventes2.csv").write_text("2\n")
    found = duckdb.sql(
        f"SELECT * FROM read_csv({one_file(tmp_path / 'ventes*.csv')}, header=false)"
    ).fetchall()
    assert found == [(1,)]
