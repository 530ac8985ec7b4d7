"""Client totals: one row a client, numeric measures, one declared period, no dates and no lines.

Floor 3. They unlock concentration and clusters only; everything else says what is missing.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from capclient.errors import ParamsError, listed
from capclient.ingest.sources import Part
from capclient.ingest.typed import WIDE, text_sql
from capclient.params import Params
from capclient.readers.sql_text import literal, quoted, written
from capclient.schema import TOTALS


def write(
    con: duckdb.DuckDBPyConnection, parts: list[Part], params: Params, folder: Path
) -> dict[str, object]:
    """Write ``customer_totals.parquet``: identifier, attributes, one money column a measure, their sum.

    A row without identifier gets its line number as one, so that it can be found again in the file.

    Raises
    ------
    ParamsError
        If ``measures`` or ``period`` is not declared: neither can be guessed.
    """
    for part in parts:
        if not part.options.measures:
            raise ParamsError(
                "params.totals_measures", source=part.source, columns=listed(part.raw.columns, 20)
            )
        if part.options.period is None:
            raise ParamsError("params.totals_period", source=part.source)
    measures = parts[0].options.measures
    selects = []
    for part in parts:
        names = [name for name in TOTALS.names if name != "customer_id"]
        place = f"'ligne ' || lpad(({part.raw.first_line} - 1 + row_number() OVER ())::VARCHAR, 4, '0')"
        cells = [f"coalesce({text_sql(con, part, 'customer_id')}, {place}) AS customer_id"]
        cells += [f"{text_sql(con, part, name)} AS {name}" for name in names]
        cells += [
            f"round({part.styles[measure].number_sql(quoted(measure), WIDE)}, 2)::DECIMAL(18,2) AS {quoted(measure)}"
            for measure in measures
        ]
        selects.append(f"SELECT {', '.join(cells)}, {literal(part.source)} AS source FROM {part.texts}")
    total = " + ".join(f"coalesce({quoted(measure)}, 0)" for measure in measures)
    con.execute(
        f"COPY (SELECT *, ({total})::DECIMAL(18,2) AS revenue_n FROM ({' UNION ALL '.join(selects)})) "
        f"TO {written(folder / 'customer_totals.parquet')} (FORMAT parquet)"
    )
    period = parts[0].options.period
    assert period is not None
    return {
        "measures": list(measures),
        "start": period.start.isoformat(),
        "end": period.end.isoformat(),
        "rows_in": sum(part.raw.rows for part in parts),
    }
