from .data.panel import read_panel as read_panel
from .data.panel import validate_panel as validate_panel
from .data.published import read_published as read_published
from .data.reconstruct import reconstruct as reconstruct
from .inference.checks import check as check
from .inference.checks import require as require
from .inference.fit import fit as fit
from .inference.reuse import fit_or_load as fit_or_load
from .inference.store import load as load
from .inference.store import save as save
from .models.catalogue import catalogue as catalogue
from .models.catalogue import read_model as read_model
from .plots.caterpillar import plot_caterpillar as plot_caterpillar
from .plots.reml_posterior import plot_reml_posterior as plot_reml_posterior
from .summaries.comparison import agreement as agreement
from .summaries.comparison import compare as compare
from .summaries.comparison import hyperparameters as hyperparameters
from .summaries.comparison import mark_borderline as mark_borderline
from .summaries.ranking import all_rankings as all_rankings
from .summaries.ranking import rank as rank
from .summaries.reml import reml as reml
from .summaries.reml import reml_panel as reml_panel
from .summaries.sa2015 import chapter5 as chapter5
from .summaries.trust import trust as trust

__version__: str
