"""Indicators: pure functions, small pandas in, small pandas out, one theme a module.

Floor 4. No file, no clock, no figure. A frame keeps one row for every client that came in, in the same order;
a scalar that cannot be computed is an :class:`~capclient.vocabulary.Unknown` with its reason.
"""
