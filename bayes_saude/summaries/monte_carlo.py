"""How many draws tell anything, and when a mean over them is to be trusted: limits of several summaries."""

# Fewer draws of a chain have no effective sample size.
LEAST_DRAWS = 4
# Pareto shape above which a mean, of weights or of densities, is not to be trusted (Vehtari et al. 2024, JMLR
# 25(72), 1-58; they are stricter below 2,200 draws: 0.66 of 800).
LARGEST_KHAT = 0.7
