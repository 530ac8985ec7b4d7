"""One fit of BG/NBD by another package, in the interpreter of an environment that has it: prints seconds and facts.

Nothing of the house is imported: ``python value_peers.py lifetimes|pymc_marketing FILE``, where the file is a CSV of
``x t_x T``. Seconds exclude imports, as for our side, and hold the model's own compilation.
"""

from __future__ import annotations

import json
import resource
import sys
import warnings
from time import perf_counter


def lifetimes(clients):
    """Fit by lifetimes, as its documentation does; its own scaling of times is left at its default."""
    from lifetimes import BetaGeoFitter

    began = perf_counter()
    found = BetaGeoFitter(penalizer_coef=0.0).fit(clients["x"], clients["t_x"], clients["T"])
    return perf_counter() - began, {name: float(found.params_[name]) for name in ("r", "alpha", "a", "b")}


def pymc_marketing(clients):
    """Fit by PyMC-Marketing, maximum a posteriori under flat priors, which is maximum likelihood."""
    from pymc_extras.prior import Prior
    from pymc_marketing.clv import BetaGeoModel

    data = clients.rename(columns={"x": "frequency", "t_x": "recency"})
    data = data.assign(customer_id=range(len(data)))
    began = perf_counter()
    flat = {name: Prior("HalfFlat") for name in ("r", "alpha", "a", "b")}
    model = BetaGeoModel(data=data, model_config=flat)
    model.fit(method="map", progressbar=False)
    found = model.fit_summary()
    return perf_counter() - began, {name: float(found[name]) for name in ("r", "alpha", "a", "b")}


if __name__ == "__main__":
    import pandas as pd

    warnings.simplefilter("ignore")
    seconds, facts = {"lifetimes": lifetimes, "pymc_marketing": pymc_marketing}[sys.argv[1]](
        pd.read_csv(sys.argv[2])
    )
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"seconds": seconds, "megabytes": kilobytes / 1024, "facts": facts}))
