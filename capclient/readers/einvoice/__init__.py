"""E-invoices: CII and UBL files, and the PDF files that carry them, to the sales of a company.

Floor 2. Source: part D of the sources.
"""

from capclient.readers.einvoice.opening import is_einvoice
from capclient.readers.einvoice.reading import read_einvoices

__all__ = ["is_einvoice", "read_einvoices"]
