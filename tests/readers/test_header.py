"""The header is found under titles, and its names are usable."""

from capclient.readers.header import free_name, header_place, unique_names


def test_a_header_of_months_and_dates_over_amounts_is_a_header():
    rows = [["Client", "2024-01-31", "01/02/2024"], ["A", "10", "20"], ["B", "30", "40,5"]]
    assert header_place(rows) == 0


def test_a_record_of_dates_over_dates_is_none():
    assert header_place([["A", "2024-01-31"], ["B", "2024-02-28"]]) is None


def test_titles_that_fill_few_cells_are_passed_over():
    rows = [
        ["Ventes", "", "", ""],
        ["Au 31/12/2024", "", "", ""],
        ["Code", "Nom", "Date", "HT"],
        ["1", "A", "", "2"],
    ]
    assert header_place(rows) == 2


def test_declared_names_beat_the_guess():
    rows = [["Code", "Nom"], ["Client", "Montant HT"], ["A", "B"]]
    assert header_place(rows, ["montant ht"]) == 1
    assert header_place(rows, ["absent"]) == 0


def test_a_column_of_names_alone_has_a_header():
    assert header_place([["Client"], ["A"], ["B"]]) == 0
    assert header_place([]) is None


def test_a_free_name_hides_no_column():
    assert free_name(("a", "__LINE")) == "__line_"
    assert unique_names(["a", "A", "a (2)"], 3) == ("a", "A (2)", "a (2) (2)")
