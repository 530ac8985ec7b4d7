"""A supervised model of loss: a logistic regression on what was known on past days (F12).

Floor 4. Logistic, because each client's probability then splits into reasons that add up; standardised, because
reasons are compared; regularised, because losses are few.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capclient.indicators.loss import REASON_OF

STRENGTH = 0.1  # inverse of the penalty: losses are few, and a model that is sure of itself pays dearly
KNOWN_SHARE = 0.5  # of the examples, below which a number is not used


@dataclass(frozen=True)
class LossModel:
    """Coefficients on standardised features; ``middle`` replaces what is unknown of a client."""

    coefficients: pd.Series
    intercept: float
    middle: pd.Series
    mean: pd.Series
    scale: pd.Series

    def parts(self, features: pd.DataFrame) -> pd.DataFrame:
        """Return what each feature adds to the log-odds of each client, 0 for a client like the others."""
        values = features.reindex(columns=self.coefficients.index).fillna(self.middle)
        return (values - self.mean) / self.scale * self.coefficients

    def probabilities(self, features: pd.DataFrame) -> pd.Series:
        """Return the probability of loss of each client, 0 to 1."""
        score = self.parts(features).sum(axis=1) + self.intercept
        return (1 / (1 + np.exp(-score.clip(-30, 30)))).rename("p_loss")

    def reasons(self, features: pd.DataFrame, *, most: int = 2) -> pd.Series:
        """Return the codes of what raises each client's risk most, joined by ``;``, strongest first.

        Numbers that tell the same thing are added up first, each only where the client stands on the side that is a
        reason to worry. A reason that adds less than a tenth to the odds is no reason.
        """
        parts = self.parts(features)
        worry = np.array([REASON_OF[name][1] for name in parts.columns]) * np.sign(
            self.coefficients.to_numpy()
        )
        kind = parts.columns.map(lambda name: REASON_OF[name][0])
        told = parts.where(parts * worry > 0, 0.0).T.groupby(kind).sum().T
        order = np.argsort(-told.to_numpy(), axis=1, kind="stable")[:, :most]
        names = told.columns.to_numpy()
        enough = np.take_along_axis(told.to_numpy(), order, axis=1) > np.log(1.1)
        joined = [
            ";".join(name for name, keep in zip(names[row], kept, strict=True) if keep)
            for row, kept in zip(order, enough, strict=True)
        ]
        return pd.Series(joined, index=features.index, dtype="str", name="reasons")


def fit_loss(features: pd.DataFrame, lost: pd.Series) -> LossModel:
    """Learn the chance of loss from examples: one row a client and a day of the past.

    Parameters
    ----------
    features
        Numbers of :func:`capclient.indicators.loss.features`; columns known for less than half of the examples, or
        the same for all, are left out, other gaps take the median.
    lost
        0 or 1, same rows, both present.

    Examples
    --------
    Silent clients were lost:

    >>> known = pd.DataFrame({"silence_late": [0.0, 0.1, 0.9, 1.0], "seasonal": [0.0] * 4})
    >>> model = fit_loss(known, pd.Series([0, 0, 1, 1]))
    >>> model.coefficients.index.tolist(), model.reasons(known).tolist()
    (['silence_late'], ['', '', 'silence', 'silence'])
    """
    from sklearn.linear_model import LogisticRegression  # heavy: only who fits one waits for it

    known = features.loc[:, features.notna().mean() >= KNOWN_SHARE]
    middle = known.median()
    values = known.fillna(middle)
    scale = values.std(ddof=0)
    used = scale.index[scale > 1e-9]
    mean = values[used].mean()
    standard = (values[used] - mean) / scale[used]
    model = LogisticRegression(C=STRENGTH, max_iter=2_000).fit(standard.to_numpy(), lost.to_numpy())
    return LossModel(
        pd.Series(model.coef_[0], index=used), float(model.intercept_[0]), middle[used], mean, scale[used]
    )
