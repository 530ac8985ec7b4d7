"""The worked example of C.13 in its other forms."""

from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

FIXTURE = Path(__file__).parents[2] / "accounting" / "data" / "123456782FEC20251231.txt"
OF_JOURNAL = ("JournalCode", "JournalLib")
OF_ENTRY = ("EcritureNum", "EcritureDate", "EcritureLib", "PieceRef", "PieceDate", "ValidDate")
OF_AUX = ("CompteAuxNum", "CompteAuxLib")
DATES = ("EcritureDate", "PieceDate", "ValidDate", "DateLet")


def records(text):
    names, *rows = [line.split("|") for line in text.splitlines()]
    return [dict(zip(names, row, strict=True)) for row in rows]


def as_markup(text, *, encoding="utf-8", closing="2025-12-31", sides=False):
    """The same lines in the XML form of the norm, one ``ligne`` a line of the text, letters inside it."""

    def cell(row, name):
        value = row[name]
        if name in DATES and value:
            value = f"{value[:4]}-{value[4:6]}-{value[6:]}"
        return f"<{name}>{escape(value)}</{name}>"

    parts = [
        f'<?xml version="1.0" encoding="{encoding}"?>',
        f"<comptabilite><exercice><DateCloture>{closing}</DateCloture>",
    ]
    for _, journal in groupby(records(text), key=lambda row: row["JournalCode"]):
        rows = list(journal)
        parts.append("<journal>" + "".join(cell(rows[0], name) for name in OF_JOURNAL))
        for _, entry in groupby(rows, key=lambda row: [row[name] for name in OF_ENTRY]):
            lines = list(entry)
            parts.append("<ecriture>" + "".join(cell(lines[0], name) for name in OF_ENTRY))
            for row in lines:
                side, value = ("Debit", row["Debit"]) if row["Debit"] != "0,00" else ("Credit", row["Credit"])
                value = value.replace(",", ".")
                amount = (
                    f"<Montant>{value}</Montant><Sens>{side[0]}</Sens>"
                    if sides
                    else f"<{side}>{value}</{side}>"
                )
                names = ("CompteNum", "CompteLib", "EcritureLet", "DateLet", "Montantdevise", "Idevise")
                aux = "".join(
                    f"<{name}>{escape(row[name.replace('Compte', 'Comp')])}</{name}>" for name in OF_AUX
                )
                parts.append(f"<ligne>{''.join(cell(row, name) for name in names)}{aux}{amount}</ligne>")
            parts.append("</ecriture>")
        parts.append("</journal>")
    return "\n".join([*parts, "</exercice></comptabilite>"]).encode(encoding)


@pytest.fixture(scope="session")
def fixture_text():
    return FIXTURE.read_text("utf-8")
