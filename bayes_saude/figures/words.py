"""What the figures of a result are called, and what each tells who cannot see it, in both languages."""

from bayes_saude.data.shipped import IMPLIED, RECONSTRUCTION

# A fit keeps its panel's note in English.
NOTES_PT = {
    RECONSTRUCTION: (
        "O painel é uma reconstrução, não os registros: devolve o que Sá (2015) imprime dos modelos "
        "(parâmetros, efeitos das regiões e dos municípios listados) e dos anos (médias, quartis). O resto é "
        "sorteado dentro do que o impresso permite: efeitos dos demais municípios, valores individuais, "
        "relações entre indicadores."
    ),
    IMPLIED: (
        "Costa (2014) imprime as internações por condições sensíveis à atenção primária por faixa etária "
        "(tabela 9) e sua proporção em todas as internações exceto partos (tabela 5), não os totais: estes "
        "são contagem/proporção, conhecidos com precisão de 0,04%. Os totais de 2008 são altos, e os de 2012 "
        "baixos, em relação aos anos intermediários."
    ),
}
# What a figure shows, in a few words and, for who cannot see it, in a sentence or two.
WORDS = {
    "caterpillar_title": ("{units} by {what}", "{units} por {what}"),
    "caterpillar_alt": (
        "{units} ({n}) from best to worst by {what}, with posterior means and {prob} intervals: "
        "{above} above the mean of all, {below} below, {none} neither. First {first}, last {last}.",
        "{units} ({n}) do melhor ao pior por {what}, com médias a posteriori e intervalos de {prob}: "
        "{above} acima da média de todos, {below} abaixo, {none} nem acima nem abaixo. "
        "Primeiro: {first}; último: {last}.",
    ),
    "reml_posterior_title": (
        "{units} by {what}: REML against posterior",
        "{units} por {what}: REML e posteriori",
    ),
    "reml_posterior_alt": (
        "Posterior mean against REML estimate of each of {n} {units}, by {what}. "
        "Their class (above the mean, below, neither) differs in {differ}.",
        "Média a posteriori contra a estimativa REML de cada unidade ({units}: {n}), por {what}. "
        "A classe (acima da média, abaixo, nem acima nem abaixo) difere em {differ}.",
    ),
    "yearly_means_title": ("Yearly means and the trend of the mean", "Médias anuais e a tendência da média"),
    "yearly_means_alt": (
        "The mean observed in each year, {first} to {last}, with {prob} intervals, and the posterior trend "
        "of the mean with its {prob} band.",
        "A média observada em cada ano, de {first} a {last}, com intervalos de {prob}, e a tendência a "
        "posteriori da média com sua faixa de {prob}.",
    ),
    "overview_title": ("All {units} by {what}", "Todos: {units} por {what}"),
    "overview_alt": (
        "The {prob} intervals of all {n} {units} by {what}, without names, from best to worst: "
        "{above} lie above the mean of all, {below} below, {none} neither.",
        "Os intervalos de {prob} de todos ({units}: {n}) por {what}, sem nomes, do melhor ao pior: "
        "{above} acima da média de todos, {below} abaixo, {none} nem acima nem abaixo.",
    ),
    "groups_title": (
        "{units} by {what}, group by group ({groups})",
        "{units} por {what}, grupo a grupo ({groups})",
    ),
    "groups_alt": (
        "A panel for each group ({groups}: {n_groups}) with the {prob} intervals of its {units} by {what}, "
        "from best to worst, and the mean of all.",
        "Um painel para cada grupo ({groups}: {n_groups}) com os intervalos de {prob} ({units}) por {what}, "
        "do melhor ao pior, e a média de todos.",
    ),
    "trends_title": ("{units}: data and trends, by {what}", "{units}: dados e tendências, por {what}"),
    "trends_alt": (
        "Data, trend and {prob} band of units from the top, the middle and the bottom of the {n} {units} by "
        "{what}. First {first}, last {last}.",
        "Dados, tendência e faixa de {prob} de unidades do topo, do meio e do fim ({units}: {n}) por {what}. "
        "Primeiro: {first}; último: {last}.",
    ),
    "boxes_title": (
        "Box plots by group ({groups}) and year",
        "Diagramas de caixa por grupo ({groups}) e ano",
    ),
    "boxes_alt": (
        "A box of the units of each group ({groups}: {n_groups}) in {first} and in {last}, of observed "
        "values.",
        "Uma caixa das unidades de cada grupo ({groups}: {n_groups}) em {first} e em {last}, dos "
        "valores observados.",
    ),
    "posterior_boxes_title": (
        "Box plots of posterior means by group ({groups}) and year",
        "Diagramas de caixa das médias a posteriori por grupo ({groups}) e ano",
    ),
    "posterior_boxes_alt": (
        "A box of the units of each group ({groups}: {n_groups}) in {first} and in {last}, of the "
        "posterior means of their trends.",
        "Uma caixa das unidades de cada grupo ({groups}: {n_groups}) em {first} e em {last}, das "
        "médias a posteriori de suas tendências.",
    ),
    "funnel_title": ("Funnel plot of {units} in {last}", "Gráfico de funil em {last} ({units})"),
    "funnel_alt": (
        "Each of the {n} {units} at what was observed in {last} against its size, with control limits of 95% "
        "and 99.8% about that of all together.",
        "Cada unidade ({units}: {n}) pelo observado em {last} contra seu tamanho, com limites de controle de "
        "95% e 99,8% em torno do valor de todos juntos.",
    ),
    "rank_intervals_title": (
        "How sure ranks are: {units} by {what}",
        "Quão certos são os postos: {units} por {what}",
    ),
    "rank_intervals_alt": (
        "Expected rank, median rank and {prob} interval of the rank of {units} ({n}) by {what}; half of the "
        "intervals span more than {width} ranks. First {first}, last {last}.",
        "Posto esperado, posto mediano e intervalo de {prob} do posto ({units}: {n}) por {what}; metade dos "
        "intervalos abrange mais de {width} postos. Primeiro: {first}; último: {last}.",
    ),
    "rank_matrix_title": (
        "Probability of every rank: {units} by {what}",
        "Probabilidade de cada posto: {units} por {what}",
    ),
    "rank_matrix_alt": (
        "A matrix of shades: the probability of each of {n} {units} to hold each rank by {what}, in the "
        "order of their expected ranks. The darker, the surer.",
        "Uma matriz de tons: a probabilidade de cada unidade ({units}: {n}) ocupar cada posto por {what}, na "
        "ordem dos postos esperados. Quanto mais escuro, mais provável.",
    ),
    "top_probabilities_title": (
        "Among the first, among the last: {units} by {what}",
        "Entre os primeiros, entre os últimos: {units} por {what}",
    ),
    "top_probabilities_alt": (
        "Each unit's probability to rank among the first and among the last fifth of {n} {units} by {what}, "
        "with Monte Carlo errors.",
        "Probabilidade de cada unidade ({units}: {n}) estar entre os primeiros e no pior quinto por {what}, "
        "com erros de Monte Carlo.",
    ),
    "slopegraph_title": (
        "Ranks by REML and by the posterior: {units} by {what}",
        "Postos por REML e pela posteriori: {units} por {what}",
    ),
    "slopegraph_alt": (
        "The order of {units} ({n}) by {what}: by REML to the left, by expected rank to the right, with a "
        "line for each unit between.",
        "A ordem ({units}: {n}) por {what}: por REML à esquerda, pelo posto esperado à direita, com uma "
        "linha para cada unidade entre elas.",
    ),
    "shrinkage_title": (
        "Shrinkage of {units}: own line, REML, posterior",
        "Contração: reta própria, REML e posteriori ({units})",
    ),
    "shrinkage_alt": (
        "Intercept across, slope up: arrows from each unit's own least-squares line to REML's and to the "
        "posterior mean, for {n} {units}; of many, arrows of those that move farthest.",
        "Intercepto na horizontal, inclinação na vertical: setas da reta própria de cada unidade ({units}: "
        "{n}), por mínimos quadrados, à de REML e à média a posteriori; de muitas, as que mais se movem.",
    ),
    "correlation_title": (
        "Correlation of intercepts and slopes of {units}",
        "Correlação de interceptos e inclinações ({units})",
    ),
    "correlation_alt": (
        "Prior and posterior density of the correlation of intercepts and slopes of {units}: posterior mean "
        "{mean} ({prob}: {low} to {high}); REML: {reml}.",
        "Densidade a priori e a posteriori da correlação de interceptos e inclinações ({units}): média a "
        "posteriori {mean} ({prob}: {low} a {high}); REML: {reml}.",
    ),
    "sensitivity_title": (
        "{units} by {what}: classes under other priors",
        "{units} por {what}: classes sob outras prioris",
    ),
    "sensitivity_alt": (
        "For each of several other priors, how many of {n} {units} are newly called above or below the mean "
        "by {what}, with a probability of {prob}, or no longer: {most} at most.",
        "Para cada uma de várias outras prioris, quantas unidades ({units}: {n}) passam a ficar acima "
        "ou abaixo da média por {what}, com probabilidade de {prob}, ou deixam de ficar: no máximo {most}.",
    ),
    "prior_posterior_title": (
        "Prior and posterior of every hyperparameter",
        "A priori e a posteriori de cada hiperparâmetro",
    ),
    "prior_posterior_alt": (
        "A panel for each of {n} hyperparameters with its density before and after the data, and REML's "
        "estimate.",
        "Um painel para cada hiperparâmetro ({n}) com sua densidade antes e depois dos dados e a estimativa "
        "REML.",
    ),
    "predictive_title": (
        "Prior and posterior predictive of each year",
        "Preditivas a priori e a posteriori de cada ano",
    ),
    "predictive_alt": (
        "For the years {first} to {last} the distribution function of the units: observed, the posterior "
        "predictive with its {prob} band, and the prior predictive.",
        "Para os anos de {first} a {last} a função de distribuição das unidades: observada, preditiva a "
        "posteriori com sua faixa de {prob} e preditiva a priori.",
    ),
    "predictive_checks_title": (
        "Posterior predictive checks",
        "Verificações preditivas a posteriori",
    ),
    "predictive_checks_alt": (
        "Statistics that rankings rest on (yearly means, spread of units, extremes, tails), each observed "
        "beside what the model predicts of it, with {prob} intervals and p-values.",
        "Estatísticas em que as classificações se apoiam (médias anuais, dispersão das unidades, extremos, "
        "caudas), cada uma observada ao lado do que o modelo prediz, com intervalos de {prob} e valores p.",
    ),
    "diagnostics_title": ("Diagnostics of the sampling", "Diagnóstico da amostragem"),
    "diagnostics_alt": (
        "R-hat and effective sample sizes of hyperparameters and units with their limits, chains of the "
        "hyperparameters of the highest R-hat, and the energy.",
        "R-hat e tamanhos efetivos de amostra dos hiperparâmetros e das unidades com seus limites, cadeias "
        "dos hiperparâmetros de maior R-hat, e a energia.",
    ),
    "class_map_title": (
        "Map: {units} above and below the mean by {what}, posterior",
        "Mapa acima e abaixo da média por {what}, posteriori ({units})",
    ),
    "class_map_alt": (
        "Map of {n} {units} by {what}, posterior: {above} above the mean of all, {below} below, {none} "
        "neither.",
        "Mapa ({units}: {n}) por {what}, posteriori: {above} acima da média de todos, {below} abaixo, {none} "
        "nem acima nem abaixo.",
    ),
    "class_map_reml_title": (
        "Map: {units} above and below the mean by {what}, REML",
        "Mapa acima e abaixo da média por {what}, REML ({units})",
    ),
    "class_map_reml_alt": (
        "Map of {n} {units} by {what}, REML: which lie above the mean, which below, and which neither.",
        "Mapa ({units}: {n}) por {what}, REML: quais acima da média, quais abaixo, quais nem acima nem "
        "abaixo.",
    ),
    "value_map_title": (
        "Map of posterior means: {units} by {what}",
        "Mapa das médias a posteriori por {what} ({units})",
    ),
    "value_map_alt": (
        "Map of the posterior means of {n} {units} by {what}, hatched where the side of the mean of all is "
        "unsure: {none} of them.",
        "Mapa das médias a posteriori ({units}: {n}) por {what}, hachurado onde o lado da média de todos é "
        "incerto: {none}.",
    ),
    "worst_fifth_map_title": (
        "Map of the worst fifth: {units} by {what}",
        "Mapa do pior quinto por {what} ({units})",
    ),
    "worst_fifth_map_alt": (
        "Map of the probability of each of {n} {units} to be among the worst fifth by {what}.",
        "Mapa da probabilidade de cada unidade ({units}: {n}) estar no pior quinto por {what}.",
    ),
    "rank_width_map_title": (
        "Map of how sure ranks are: {units} by {what}",
        "Mapa de quão certos são os postos por {what} ({units})",
    ),
    "rank_width_map_alt": (
        "Map of the width of the {prob} interval of the rank of each of {n} {units} by {what}.",
        "Mapa da amplitude do intervalo de {prob} do posto de cada unidade ({units}: {n}) por {what}.",
    ),
}
