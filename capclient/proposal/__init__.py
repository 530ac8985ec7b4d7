"""``capclient init``: look at tables, propose how to read them with the evidence, write a commented YAML.

Floor 8. Nothing is guessed in silence: a column that may be two things is written as a comment with its
candidates, and the parameters are refused until someone has chosen.
"""

from __future__ import annotations

from capclient.proposal.draft import Choice, Draft, Shape
from capclient.proposal.drafting import drafted
from capclient.proposal.naming import company_id, company_names
from capclient.proposal.yaml_form import name_to_check, quoted_text, write_yaml, yaml_text

__all__ = [
    "Choice", "Draft", "Shape", "company_id", "company_names", "drafted", "name_to_check", "quoted_text", "write_yaml",
    "yaml_text",
]  # fmt: skip
