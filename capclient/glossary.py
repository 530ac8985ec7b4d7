"""The glossary: every finding, word and column of the house, from the one place that defines each.

Floor 5. ``python -m capclient.glossary`` prints ``GLOSSARY.md`` (``en`` prints it in English); a test holds the
file equal to what is printed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import groupby

from capclient.indicators.segments import RULES, SEGMENTS
from capclient.schema import TABLES, TOTALS, Column, Table
from capclient.vocabulary import (
    ABC,
    REASONS,
    STAGE_FLAGS,
    STAGES,
    STATES,
    STATUSES,
    FindingSpec,
    finding_specs,
)
from capclient.wording import DEFAULT_LANGUAGE, text

# The chapter that teaches a finding follows from the group of its id.
TAUGHT_IN = {
    "portfolio": "10_synthese",
    "concentration": "20_concentration",
    "salespeople": "20_concentration",
    "lifecycle": "40_cycle_de_vie",
    "activity": "50_attrition_segments",
    "loss": "45_risque_de_perte",
    "retention": "30_fidelite",
    "bridge": "30_fidelite",
    "recurrence": "30_fidelite",
    "segments": "50_attrition_segments",
    "tipping": "50_attrition_segments",
    "model": "95_valeur_projection",
    "margin": "60_rentabilite_prix",
    "purchases": "25_achats",
    "pricing": "60_rentabilite_prix",
    "price_volume_mix": "60_rentabilite_prix",
    "receivables": "70_encours_paiements",
    "market": "80_segments_marche",
    "wallet": "80_segments_marche",
    "declared": "80_segments_marche",
    "grid": "82_grille_evaluation",
    "prospecting": "90_prospection",
    "satisfaction": "85_satisfaction",
    "quality": "00_donnees",
    "forecast": "95_valeur_projection",
    "equity": "95_valeur_projection",
    "actions": "97_plan_actions",
    "alerts": "97_plan_actions",
    "followup": "97_plan_actions",
    "contacts": "97_plan_actions",
    "evidence": "99_systeme_de_preuves",
    "score": "99_systeme_de_preuves",
}

# Findings that another chapter teaches than the rest of their group, by the beginning of their id.
TAUGHT_APART = {"model.cluster": "55_groupes_de_clients"}


def glossary(lang: str = DEFAULT_LANGUAGE) -> str:
    """Return the glossary as Markdown.

    Raises
    ------
    KeyError
        If a finding belongs to a group that no chapter teaches, or a code has no words.
    """
    parts = [
        f"# {text('glossary.title', lang)}",
        text("glossary.intro", lang),
        text("glossary.conventions", lang),
        f"## {text('glossary.findings', lang)}",
        *_findings(lang),
        f"## {text('glossary.words', lang)}",
        *_words(lang),
        _anchored("##", "tables", text("glossary.tables", lang)),
        text("glossary.tables.intro", lang),
        *(_table(table, lang) for table in (*TABLES.values(), TOTALS)),
    ]
    return "\n\n".join(parts) + "\n"


def taught_in(id: str) -> str:
    """Return the chapter that teaches a finding.

    >>> taught_in("lifecycle.adult_customers")
    '40_cycle_de_vie'
    """
    apart = (chapter for beginning, chapter in TAUGHT_APART.items() if id.startswith(beginning))
    return next(apart, None) or TAUGHT_IN[id.partition(".")[0]]


def _findings(lang: str) -> Iterable[str]:
    heads = ("term", "id", "unit", "section", "definition", "notebook")
    for group, specs in groupby(finding_specs().values(), key=lambda spec: spec.id.partition(".")[0]):
        yield _anchored("###", group, text(f"theme.{group}", lang))
        yield _grid(heads, [_finding(spec, lang) for spec in specs], lang)


def _finding(spec: FindingSpec, lang: str) -> list[str]:
    chapter = taught_in(spec.id)
    return [
        spec.label(lang),
        f"`{spec.id}`",
        text(f"unit.{spec.unit}", lang),
        spec.section,
        spec.how(lang),
        f"[{chapter}](notebooks/{chapter}.ipynb)",
    ]


def _words(lang: str) -> Iterable[str]:
    """Give stages, states and classes the definition of the finding that counts them: it has no other."""

    def how(id: str) -> str:
        return finding_specs()[id].how(lang)

    meaning = ("term", "code", "definition")
    stages = [
        [
            text(f"stage.{code}", lang),
            f"`{code}`",
            how(f"lifecycle.{code}_customers"),
            text(f"followup.{code}", lang),
        ]
        for code in STAGES
    ]
    states = [
        [text(f"state.{code}", lang), f"`{code}`", how(f"activity.{code}_customers")] for code in STATES
    ]
    statuses = [
        [
            text(f"status.{code}", lang),
            f"`{code}`",
            text("glossary.status.inactive", lang)
            if code == "inactive"
            else how(f"portfolio.customers_{code}"),
        ]
        for code in STATUSES
    ]
    flags = [
        [text(f"flag.{code}", lang), f"`{code}`", text(f"glossary.flag.{code}", lang)] for code in STAGE_FLAGS
    ]
    classes = [
        [
            text("glossary.class", lang, letter=letter),
            f"`{letter}`",
            how(f"concentration.class_{letter.lower()}_customers"),
        ]
        for letter in ABC
    ]
    segments = [[text(f"rfm.{code}", lang), f"`{code}`", _scores(code, lang)] for code in SEGMENTS]
    reasons = [[text(f"reason.{code}", lang, what="…"), f"`{code}`"] for code in REASONS]
    for name, heads, rows in (
        ("stages", (*meaning, "followup"), stages),
        ("states", meaning, states),
        ("statuses", meaning, statuses),
        ("flags", meaning, flags),
        ("classes", meaning, classes),
        ("rfm", meaning, segments),
        ("reasons", ("term", "code"), reasons),
    ):
        yield _anchored("###", name, text(f"glossary.{name}", lang))
        yield _grid(heads, rows, lang)


def _scores(segment: str, lang: str) -> str:
    """Say the scores that lead to a segment once the segments above it are served."""
    rules = [
        ", ".join(
            f"{letter} {low}" if low == high else f"{letter} {low}–{high}"
            for letter, (low, high) in zip("RFM", (rule.r, rule.f, rule.m), strict=True)
            if (low, high) != (1, 5)
        )
        or text("glossary.rest", lang)
        for rule in RULES
        if rule.segment == segment
    ]
    return text("glossary.or", lang).join(rules)


def _table(table: Table, lang: str) -> str:
    rows = [_column(column, lang) for column in table.columns]
    return f"### `{table.name}`\n\n" + _grid(("column", "kind", "words"), rows, lang)


def _column(column: Column, lang: str) -> list[str]:
    words = "; ".join(f"`{code}`: {', '.join(words)}" for code, words in column.words)
    return [f"`{column.name}`{' ★' if column.required else ''}", text(f"kind.{column.kind}", lang), words]


def _anchored(level: str, anchor: str, heading: str) -> str:
    return f'<a id="{anchor}"></a>\n\n{level} {heading}'


def _grid(heads: Iterable[str], rows: Iterable[list[str]], lang: str) -> str:
    titles = [text(f"glossary.head.{head}", lang) for head in heads]
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(content: str) -> str:
    return content.replace("|", "\\|") or "–"


if __name__ == "__main__":
    sys.stdout.write(glossary(*sys.argv[1:2]))
