"""The Jinja templates of ``reports/template``: every value escaped, every missing name an error.

Floor 1. Tables, notices and pages are written there as HTML that a designer can read.
"""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from capclient import places
from capclient.wording import text


@cache
def environment() -> Environment:
    """Return the one Jinja environment of the process."""
    made = Environment(
        loader=FileSystemLoader(places.template(), encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["style"] = style
    return made


def render(template: str, *, lang: str, **facts: object) -> Markup:
    """Fill a template; ``t("key", name=value)`` inside it says a sentence in ``lang``."""

    def spoken(key: str, **values: object) -> str:
        return text(key, lang, **values)

    return Markup(environment().get_template(template).render(lang=lang, t=spoken, **facts))


def style(*names: str) -> Markup:
    """Return style sheets of the template folder, to be written inside ``<style>``."""
    return Markup("\n".join((places.template() / name).read_text("utf-8") for name in names))
