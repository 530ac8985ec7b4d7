"""The recovery list of a report leads to the files beside it.

Floor 8. Only the report written to disk has these links: a notebook has no files beside it.
"""

from __future__ import annotations

import re

from markupsafe import escape

from capclient.decisions.recovery import recovery_cases
from capclient.portfolio import Portfolio
from capclient.publish.recovery import FOLDER, case_names
from capclient.themes.recovery_list import recovery_clients
from capclient.wording import text

_HEAD = re.compile(r'(<th scope="row"[^>]*><bdi>)(.*?)(</bdi>)', re.DOTALL)


def with_case_links(html: str, portfolio: Portfolio, lang: str) -> str:
    """Make each client of the recovery list of a chapter lead to its file; other chapters stay as they are."""
    start = html.find(f'aria-label="{escape(text("table.recovery", lang))}"')
    cases = recovery_cases(portfolio) if start >= 0 else []
    if not cases:
        return html
    ids = [case.customer_id for case in cases]
    files = dict(zip(ids, case_names(ids), strict=True))
    clients = iter(recovery_clients(portfolio).clients.index.astype(str))
    end = html.index("</table>", start)

    def linked(found: re.Match[str]) -> str:
        name = files.get(next(clients, ""))
        if name is None:
            return found[0]
        return f'{found[1]}<a href="{FOLDER}/{name}.zip">{found[2]}</a>{found[3]}'

    return html[:start] + _HEAD.sub(linked, html[start:end]) + html[end:]
