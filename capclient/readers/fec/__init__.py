"""The French statutory accounting file (FEC): text columns to typed lines of entries.

Floor 2. Source: part A of the sources. What an entry means is for :mod:`capclient.accounting` to say.
"""

from capclient.readers.fec.lines import FecFile, FecLines, read_fec
from capclient.readers.fec.recognition import is_fec

__all__ = ["FecFile", "FecLines", "is_fec", "read_fec"]
