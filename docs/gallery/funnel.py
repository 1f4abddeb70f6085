"""Shares against their size, with control limits about that of all."""

import bayes_saude as bs

panel = bs.read_panel("costa2014/age_groups")
ax = bs.plot_funnel(panel, level="age_group", label="share sensitive to primary care")
