"""Accounts become a client ledger: part C of the sources, one module a step.

Floor 3.
"""

from capclient.accounting.book import fec_book
from capclient.accounting.open_items import open_items
from capclient.accounting.options import Options
from capclient.accounting.reconciliations import Reconciliation
from capclient.accounting.translation import Translation, translate

__all__ = ["Options", "Reconciliation", "Translation", "fec_book", "open_items", "translate"]
