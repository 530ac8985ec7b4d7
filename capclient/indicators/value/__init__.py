"""What clients are worth: models of purchase and silence, fitted by maximum likelihood (8.2).

Floor 4. Every model takes aggregated histories (:mod:`capclient.indicators.value.histories`) and returns a
:class:`~capclient.indicators.value.likelihood.Fit`; nothing here reads a file or a clock.
"""
