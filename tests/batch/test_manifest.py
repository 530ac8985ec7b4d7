import json
from pathlib import Path

from capclient.batch.job import Verdict
from capclient.batch.manifest import given, masked, write_batch
from capclient.params import make_params


def test_secrets_never_reach_the_manifest() -> None:
    shown = masked(
        {
            "sources": [{"path": "postgresql://zoe:s3cret@db.local/odoo?sslmode=on&password=s3cret"}],
            "password": "s3cret",
            "api_key": ["s3cret"],
            "columns": {"customer_id": "Code client"},
        }
    )
    assert "s3cret" not in json.dumps(shown)
    assert shown["sources"][0]["path"] == "postgresql://***@db.local/odoo?sslmode=on&password=***"
    assert shown["columns"] == {"customer_id": "Code client"}


def test_parameters_are_shown_as_given() -> None:
    params = make_params(
        {"company": {"id": "acme"}, "sources": {"invoice_lines": "ventes.csv"}},
        folder=Path("/somewhere"),
        where="acme.yml",
    )
    assert given(params) == {
        "company": {"id": "acme"},
        "sources": {"invoice_lines": {"parts": [{"path": "ventes.csv"}]}},
    }


def test_the_group_lists_companies_in_the_order_of_the_command(tmp_path: Path) -> None:
    verdicts = [
        Verdict("zeta", "Zeta", "complete", seconds=1.5, findings={"portfolio.revenue_n": 12.0}),
        Verdict("acme", "Acme", "failed", "Le fichier est vide.", "source.empty_file", 0.1),
    ]
    write_batch(tmp_path / "out", verdicts, lambda group: f"<p>{len(group)}</p>")
    assert (tmp_path / "out" / "index.html").read_text() == "<p>2</p>"
    assert json.loads((tmp_path / "out" / "batch.json").read_text("utf-8")) == {
        "companies": [
            {
                "id": "zeta",
                "status": "complete",
                "reason": None,
                "seconds": 1.5,
                "findings": {"portfolio.revenue_n": 12.0},
            },
            {
                "id": "acme",
                "status": "failed",
                "reason": "Le fichier est vide.",
                "seconds": 0.1,
                "findings": {},
            },
        ]
    }
