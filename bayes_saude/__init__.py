"""Bayesian hierarchical trends for health indicators, with rankings of regions and municipalities.

The same steps as on the command line, in a few lines:

>>> import bayes_saude as bs
>>> model = bs.read_model("sa2015-esf-region")
>>> fit = bs.fit(model, seed=1)
>>> bs.check(fit)["passed"]
True
>>> bs.rank(fit, by="intercept").head()

Every name is imported when it is first used, so that `import bayes_saude` costs nothing; the list of names
is in `__init__.pyi`, where type checkers read it too.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__version__ = "0.1.0"
