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
}
