"""DataFrames in hand, written where ingest can read them like any file.

Floor 3.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pandas as pd

from capclient import places
from capclient.errors import listed
from capclient.params_errors import with_near
from capclient.schema import TABLES, TOTALS

FRAMES = (*TABLES, TOTALS.name)


def written(tables: dict[str, pd.DataFrame]) -> Path:
    """Write each table as Parquet into a folder named after its content, and return the folder.

    Raises
    ------
    ParamsError
        If a table has no canonical name.
    """
    for name in tables:
        if name not in FRAMES:
            raise with_near("params.unknown_table", name, FRAMES, key=name, tables=listed(FRAMES, 20))
    digest = hashlib.sha256()
    for name, frame in sorted(tables.items()):
        digest.update(
            f"{name}|{'|'.join(map(str, frame.columns))}|{frame.dtypes.astype(str).tolist()}".encode()
        )
        digest.update(pd.util.hash_pandas_object(_plain(frame), index=False).to_numpy().tobytes())
    folder = places.cache() / "frames" / digest.hexdigest()[:32]
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        target = folder / f"{name}.parquet"
        if not target.exists():
            temporary = folder / f".{name}.{os.getpid()}.tmp"
            _plain(frame).to_parquet(temporary, index=False)
            os.replace(temporary, target)
    return folder


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose object columns (Decimal, date, mixed) are texts: Parquet and hashes need one type."""
    objects = [name for name, kind in frame.dtypes.items() if kind == object]  # noqa: E721 - a dtype, not a type
    return frame.astype({name: "str" for name in objects}) if objects else frame
