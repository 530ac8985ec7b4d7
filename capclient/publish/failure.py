"""The page that stands where the report of a failed company would be.

Floor 8. It holds no figure and looks like no report.
"""

from __future__ import annotations

from capclient.templates import render


def failure_page(
    *, name: str, lang: str, reason: str, advice: str = "", chapter: str = "", version: str
) -> str:
    """Write the page of a company whose report failed.

    Parameters
    ----------
    name
        Name of the company, or its identifier when its parameters cannot be read.
    reason
        What happened, in plain words; several lines are kept.
    advice
        What to do; a general sentence stands in when empty.
    chapter
        Title of the chapter that failed, empty when the failure came before.
    """
    return str(
        render(
            "failure.html.j2",
            lang=lang,
            name=name,
            reason=reason,
            advice=advice,
            chapter=chapter,
            version=version,
        )
    )
