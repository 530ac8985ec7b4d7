"""The command line: words in, exit status out, no logic of its own.

Floor 9. Heavy imports stand inside the commands, so that ``capclient --help`` answers at once.
Exit status: 0 all good; 1 some companies failed, the others are complete; 2 the command is wrong.
"""

from __future__ import annotations

import os
import shlex
import sys
import traceback
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from capclient.errors import CapclientError, ParamsError
from capclient.wording import text

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="capclient : du grand livre des ventes à une analyse du portefeuille clients que l’on peut croire.",
    epilog="--debug, où que ce soit, montre le détail technique d’une erreur.",
)

DEBUG = "--debug"


class Lang(StrEnum):
    """Languages of a report."""

    fr = "fr"
    en = "en"


class Form(StrEnum):
    """Forms of ``capclient indicators``."""

    table = "table"
    json = "json"
    csv = "csv"


ParamsFile = Annotated[
    Path, typer.Argument(metavar="PARAMS.yml", help="Fichier de paramètres d’une société.")
]
AsOf = Annotated[str, typer.Option(help="Date d’analyse AAAA-MM-JJ ; par défaut celle des paramètres.")]


def main() -> None:
    """Run the command line; an error is a message, with a traceback only after ``--debug``."""
    debug = DEBUG in sys.argv
    sys.argv[1:] = [word for word in sys.argv[1:] if word != DEBUG]
    try:
        app(obj=debug)
    except Exception as error:
        if debug:
            traceback.print_exc()
        _stop(error)


def _stop(error: Exception) -> NoReturn:
    if not isinstance(error, CapclientError):
        error = CapclientError("cli.unexpected", kind=type(error).__name__, detail=error)
    print(f"capclient : {error.text()}", file=sys.stderr)
    raise SystemExit(2 if isinstance(error, ParamsError) else 1)


@app.command()
def init(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FICHIER...", help="Ventes, FEC, factures électroniques : fichiers ou dossiers."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Fichier de paramètres à écrire.")],
    force: Annotated[bool, typer.Option(help="Remplacer un fichier existant.")] = False,
) -> None:
    """Regarder des fichiers, proposer la lecture de leurs colonnes, écrire un YAML commenté."""
    from capclient.initiation import initiated
    from capclient.proposal import write_yaml

    found = initiated(files, out)
    for line in found.lines:
        print(line)
    write_yaml(found.yaml, out, force=force)
    print(text("cli.init.written", path=out))
    if found.blocking:
        print(text("cli.init.choose", columns=", ".join(found.blocking)))


@app.command()
def check(params: ParamsFile, as_of: AsOf = "") -> None:
    """Lire, valider, rapprocher ; dire ce qui peut être calculé ou non, et pourquoi."""
    from capclient.params import read_params

    # What is wrong with them is said before anything heavy is loaded.
    read, day = read_params(params), _day(as_of)
    from capclient.inspection import inspection

    found = inspection(read, as_of=day)
    for line in found.lines:
        print(line)
    raise SystemExit(0 if found.is_good else 1)


@app.command()
def report(
    context: typer.Context,
    params: Annotated[list[Path], typer.Argument(metavar="PARAMS.yml...", help="Une société par fichier.")],
    jobs: Annotated[int, typer.Option("-j", "--jobs", min=1, help="Sociétés traitées en même temps.")] = 1,
    out: Annotated[Path, typer.Option(help="Dossier des rapports.")] = Path("reports/out"),
    lang: Annotated[Lang | None, typer.Option(help="Langue ; par défaut celle de chaque société.")] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Chapitres, séparés par des virgules ; l’option peut se répéter."),
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(help="Formats, séparés par des virgules : html,xlsx ; l’option peut se répéter."),
    ] = None,
    force: Annotated[bool, typer.Option(help="Refaire même ce qui n’a pas changé.")] = False,
) -> None:
    """Faire les rapports d’une ou de mille sociétés."""
    from capclient.batch.command import run_batch

    status = run_batch(
        params, out=out, workers=jobs, lang=lang.value if lang else "", force=force,
        only=_words(only), formats=_words(formats),
        debug=context.obj,
    )  # fmt: skip
    raise SystemExit(status)


@app.command()
def indicators(
    params: ParamsFile,
    form: Annotated[Form, typer.Option("--format", help="Forme de la sortie.")] = Form.table,
    as_of: AsOf = "",
    lang: Annotated[Lang | None, typer.Option(help="Langue des libellés.")] = None,
) -> None:
    """Donner les indicateurs d’une société, sans rapport."""
    from capclient.params import read_params

    read, day = read_params(params), _day(as_of)  # as in check
    from capclient.portfolio import Portfolio
    from capclient.publish import files
    from capclient.themes import results

    portfolio = Portfolio.of(read, as_of=day)
    language = lang.value if lang else portfolio.params.company.language
    found = results(portfolio)
    if form is Form.json:
        sys.stdout.write(files.indicators_json(portfolio, found, language))
    elif form is Form.csv:
        sys.stdout.write(files.indicators_csv(portfolio, found, language))
    else:
        for finding in found:
            spoken = finding.spoken(language, portfolio.currency)
            print(f"{finding.id:<48} {spoken:<28} {finding.spec.label(language)}")


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Dossier des données simulées et des rapports.")] = Path(
        "reports/out"
    ),
    jobs: Annotated[int, typer.Option("-j", "--jobs", min=1)] = 2,
    force: Annotated[bool, typer.Option(help="Refaire même ce qui n’a pas changé.")] = False,
) -> None:
    """Simuler trois sociétés françaises et faire leurs rapports."""
    from capclient import datasets
    from capclient.batch.command import run_batch

    paths = [datasets.write_company(company, out / "donnees") for company in datasets.COMPANIES]
    raise SystemExit(run_batch(paths, out=out, workers=jobs, force=force))


@app.command()
def lab(
    params: Annotated[
        str, typer.Argument(metavar="[PARAMS.yml]", help="Société ; par défaut la démonstration.")
    ] = "demo",
    folder: Annotated[
        Path | None, typer.Option(help="Copie de travail des notebooks ; par défaut lab/<société>.")
    ] = None,
    lang: Annotated[Lang, typer.Option(help="Langue de la prose.")] = Lang.fr,
) -> None:
    """Ouvrir JupyterLab sur une copie de travail des notebooks, aux paramètres d’une société."""
    from capclient.laboratory import prepare

    target = folder or Path("lab") / Path(params).stem
    prepare(target, params, lang.value)
    print(text("cli.lab.ready", folder=target))
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", f"--notebook-dir={target}"])


@app.command()
def course(
    out: Annotated[Path, typer.Option(help="Dossier du cours.")] = Path("cours"),
    params: Annotated[
        str, typer.Option(metavar="PARAMS.yml", help="Société des leçons ; par défaut la démonstration.")
    ] = "demo",
    lang: Annotated[Lang, typer.Option(help="Langue du cours.")] = Lang.fr,
    force: Annotated[bool, typer.Option(help="Remplacer les leçons déjà écrites.")] = False,
) -> None:
    """Écrire le cours : leçons de l’élève, corrigés de l’enseignant, chapitres et glossaire."""
    from capclient.course.editions import write_course

    written = write_course(out, params, lang.value, force=force)
    learner = shlex.quote(str(written.learner))  # it stands in a command that is copied to a shell
    print(text("cli.course.written", lang.value, lessons=written.lessons, folder=out, learner=learner))
    for said in written.stops:
        print(said)
    if written.kept:
        print(text("cli.course.kept", lang.value, count=written.kept))


def _words(given: list[str] | None) -> list[str]:
    """Return the words of an option that takes lists and may be repeated; each is kept once."""
    words = (word.strip() for item in given or () for word in item.split(","))
    return list(dict.fromkeys(word for word in words if word))


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise ParamsError("cli.bad_date", value=value) from None
