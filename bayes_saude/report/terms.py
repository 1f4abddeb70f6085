"""What fits, checks and model files call things, in words of both languages.

A name that is not here, such as that of a family to come, is shown as it is.
"""

import re
from collections.abc import Mapping

from bayes_saude.plots.style import Lang, level_word, word

# What a reader has to know, as terms and their explanations.
GLOSSARY: tuple[tuple[tuple[str, str], tuple[str, str]], ...] = (
    (
        ("Estimate and interval", "Estimativa e intervalo"),
        (
            "The posterior mean, and the interval in which the quantity lies with a probability of 95%; 2.5% "
            "are on either side.",
            "A média a posteriori e o intervalo em que a quantidade está com probabilidade de 95%; 2,5% "
            "ficam de cada lado.",
        ),
    ),
    (
        ("Rank", "Posto"),
        (
            "1 is the best. In every posterior draw the units are ranked; the expected rank is the mean of "
            "a unit's ranks, and its interval holds 95% of them. Wide intervals mean that the data do not "
            "decide the order, whatever the table's order is. MC error is what another run would change of "
            "the expected rank.",
            "1 é o melhor. Em cada amostra da posteriori as unidades são ordenadas; o posto esperado é a "
            "média dos postos de uma unidade, e o intervalo contém 95% deles. Intervalos largos "
            "significam que os dados não decidem a ordem, qualquer que seja a da tabela. O erro MC é o que "
            "outra execução mudaria no posto esperado.",
        ),
    ),
    (
        ("P(first), P(first 10), P(worst fifth)", "P(primeiro), P(10 primeiros), P(pior quinto)"),
        (
            "Probabilities to be the best unit, one of the best ten, one of the worst fifth of all. Empty "
            "where the group would be all units.",
            "Probabilidades de ser a melhor unidade, uma das dez melhores, uma do pior quinto. Vazias onde o "
            "grupo seria o de todas as unidades.",
        ),
    ),
    (
        ("P(> mean), above, below", "P(> média), acima, abaixo"),
        (
            "Probability that the unit's value is above the mean of all units. Above and below name units "
            "for which it is over 97.5% or under 2.5%; REML's classes are those of its own 95% interval, "
            "which excludes the mean. Above is about the value: where lower is better, it is bad news.",
            "Probabilidade de o valor da unidade estar acima da média de todas. Acima e abaixo são as "
            "unidades em que ela passa de 97,5% ou não chega a 2,5%; as classes de REML são as do seu "
            "próprio intervalo de 95%, que exclui a média. Acima refere-se ao valor: onde menor é melhor, é "
            "má notícia.",
        ),
    ),
    (
        ("boundary", "fronteira"),
        (
            "REML's fit is singular: a standard deviation of 0 or a correlation of 1 or −1, a single point "
            "where the posterior has a whole distribution.",
            "O ajuste REML é singular: um desvio padrão 0 ou uma correlação 1 ou −1, um único ponto onde a "
            "posteriori tem uma distribuição inteira.",
        ),
    ),
)

FAMILIES: Mapping[str, tuple[str, str]] = {
    "gaussian": (
        "Gaussian: values scatter about the line with one standard deviation, sd_resid",
        "Gaussiana: os valores dispersam-se em torno da reta com um só desvio padrão, sd_resid",
    ),
    "lognormal": (
        "log-normal: values above 0 whose logarithm scatters about the line with one standard deviation, "
        "sd_resid",
        "log-normal: valores acima de 0 cujo logaritmo se dispersa em torno da reta com um só desvio padrão, "
        "sd_resid",
    ),
    "logit_normal": (
        "logit-normal: shares between 0 and 1 whose log-odds scatter about the line with one standard "
        "deviation, sd_resid",
        "logit-normal: proporções entre 0 e 1 cujo logito se dispersa em torno da reta com um só desvio "
        "padrão, sd_resid",
    ),
    "student_t": (
        "Student's t: as the Gaussian, with heavier tails that forgive outliers; sd_resid is its scale",
        "t de Student: como a gaussiana, com caudas mais pesadas, que toleram valores discrepantes; sd_resid "
        "é sua escala",
    ),
    "binomial": (
        "binomial: successes out of trials; the line is on the log-odds scale",
        "binomial: sucessos em tentativas; a reta está na escala do logito",
    ),
    "beta_binomial": (
        "beta-binomial: successes out of trials with more scatter than chance; the line is on the log-odds "
        "scale",
        "beta-binomial: sucessos em tentativas com mais dispersão que a do acaso; a reta está na escala do "
        "logito",
    ),
    "negative_binomial": (
        "negative binomial: counts over an exposure with more scatter than chance; the line is on the scale "
        "of the rate's logarithm",
        "binomial negativa: contagens sobre uma exposição com mais dispersão que a do acaso; a reta está na "
        "escala do logaritmo da taxa",
    ),
}
DISTRIBUTIONS: Mapping[str, tuple[str, str]] = {
    "normal": ("normal, mean {mu}, s.d. {sigma}", "normal, média {mu}, d.p. {sigma}"),
    "halfnormal": ("half-normal, scale {sigma}", "meia-normal, escala {sigma}"),
    "exponential": ("exponential, mean {scale}", "exponencial, média {scale}"),
    "halfcauchy": ("half-Cauchy, median {scale}", "meia-Cauchy, mediana {scale}"),
    "gamma": ("gamma, shape {shape}, rate {rate}", "gama, forma {shape}, taxa {rate}"),
    "lkj": ("LKJ, shape {eta}", "LKJ, forma {eta}"),
}
PARAMETERS: Mapping[str, tuple[str, str]] = {
    "intercept": ("mean line's height at the origin", "altura da reta média na origem"),
    "slope": ("mean line's change per unit of time", "variação da reta média por unidade de tempo"),
    "sd_intercept": ("s.d. of intercepts", "d.p. dos interceptos"),
    "sd_slope": ("s.d. of slopes", "d.p. das inclinações"),
    "corr": ("correlation of intercept and slope", "correlação de intercepto e inclinação"),
    "sd_resid": ("s.d. of values about the line", "d.p. dos valores em torno da reta"),
    "dispersion": ("scatter beyond chance", "dispersão além do acaso"),
    "df": (
        "degrees of freedom: the fewer, the heavier the tails",
        "graus de liberdade: menos, caudas mais pesadas",
    ),
    "sd_year": ("s.d. of the times about the line", "d.p. dos tempos em torno da reta"),
    "difference": ("{what}: difference by {group}", "{what}: diferença por {group}"),
    "among": ("{what} among {units}", "{what} entre {units}"),
}
# What the checks call their gates and what each asks; a fit's checks are kept in English.
GATES: Mapping[str, tuple[str, str]] = {
    "R-hat": ("R-hat", "R-hat"),
    "R-hat of the worst replicate": ("R-hat of the worst replicate", "R-hat da pior réplica"),
    "bulk ESS": ("bulk ESS", "ESS do centro"),
    "tail ESS": ("tail ESS", "ESS das caudas"),
    "R-hat of units": ("R-hat of units", "R-hat das unidades"),
    "bulk ESS of units": ("bulk ESS of units", "ESS do centro, das unidades"),
    "R-hat of ranks": ("R-hat of ranks", "R-hat dos postos"),
    "bulk ESS of ranks": ("bulk ESS of ranks", "ESS do centro, dos postos"),
    "tail ESS of ranks": ("tail ESS of ranks", "ESS das caudas, dos postos"),
    "error of probabilities": ("error of probabilities", "erro das probabilidades"),
    "error of means": ("error of means, in s.d.", "erro das médias, em d.p."),
    "error of standard deviations": ("error of s.d., in s.d.", "erro dos d.p., em d.p."),
    "error of interval ends": ("error of interval ends, in s.d.", "erro dos extremos de intervalos, em d.p."),
    "BFMI": ("BFMI", "BFMI"),
    "divergences": ("divergences", "divergências"),
    "draws that are not finite": ("draws that are not finite", "amostras que não são finitas"),
    "share at the limit of steps": ("share at the limit of steps", "parcela no limite de passos"),
}
QUESTIONS: Mapping[str, tuple[str, str]] = {
    "R-hat": ("Do the chains agree?", "As cadeias concordam?"),
    "R-hat of the worst replicate": (
        "Do they agree in every replicate of the panel?",
        "Concordam em cada réplica do painel?",
    ),
    "bulk ESS": ("Are there enough draws for means?", "Há amostras bastantes para as médias?"),
    "tail ESS": ("And for the ends of intervals?", "E para os extremos dos intervalos?"),
    "R-hat of units": ("Do they agree on every unit?", "Concordam sobre cada unidade?"),
    "bulk ESS of units": ("Are there enough draws of every unit?", "Há amostras bastantes de cada unidade?"),
    "R-hat of ranks": ("Do the chains agree on ranks?", "As cadeias concordam sobre os postos?"),
    "bulk ESS of ranks": ("Are there enough draws for ranks?", "Há amostras bastantes para os postos?"),
    "tail ESS of ranks": ("And for rank intervals?", "E para os intervalos dos postos?"),
    "error of means": (
        "Would other draws change a printed mean by much?",
        "Outras amostras mudariam muito uma média impressa?",
    ),
    "error of probabilities": (
        "Would other draws change a printed probability by much?",
        "Outras amostras mudariam muito uma probabilidade impressa?",
    ),
    "error of standard deviations": ("Or a standard deviation?", "Ou um desvio padrão?"),
    "error of interval ends": ("Or the end of an interval?", "Ou o extremo de um intervalo?"),
    "BFMI": (
        "Are the sampler's steps wide enough for the tails?",
        "Os passos do amostrador alcançam as caudas?",
    ),
    "divergences": (
        "Could the sampler follow the posterior everywhere?",
        "O amostrador pôde seguir a posteriori em toda parte?",
    ),
    "draws that are not finite": ("Are all draws numbers?", "Todas as amostras são números?"),
    "share at the limit of steps": ("Was the sampler cut short?", "O amostrador foi interrompido?"),
}
ADVICE_PT: Mapping[str, str] = {
    "Fit again with more tuning (--tune 2000); if that does not help, give the parameter a narrower prior.": (
        "Ajuste de novo com mais calibração (--tune 2000); se não bastar, dê ao parâmetro uma priori mais "
        "estreita."
    ),
    "R-hat needs two chains or more: fit again with --chains 4.": (
        "R-hat precisa de duas cadeias ou mais: ajuste de novo com --chains 4."
    ),
    "Fit again with more draws (--draws 4000).": "Ajuste de novo com mais amostras (--draws 4000).",
    "The sampler could not follow the posterior everywhere. Give standard deviations narrower priors, or "
    "leave out a level or the slopes of units; more draws do not help.": (
        "O amostrador não pôde seguir a posteriori em toda parte. Dê aos desvios padrão prioris mais "
        "estreitas, ou omita um nível ou as inclinações das unidades; mais amostras não ajudam."
    ),
    "The sampler's steps are narrow beside the spread of the energy, so that tails are reached slowly. Give "
    "standard deviations narrower priors, or fit again with more tuning (--tune 2000).": (
        "Os passos do amostrador são estreitos diante da dispersão da energia, e as caudas são alcançadas "
        "devagar. Dê aos desvios padrão prioris mais estreitas, ou ajuste de novo com mais calibração "
        "(--tune 2000)."
    ),
    "Give the model year_effects = true.": "Dê ao modelo year_effects = true.",
    'Try a family with heavier tails, family = "student_t", and look at the largest values.': (
        'Tente uma família de caudas mais pesadas, family = "student_t", e veja os maiores valores.'
    ),
    "Look at the rows farthest from their lines: the family has no heavier tails to give.": (
        "Veja as linhas mais distantes de suas retas: a família não tem caudas mais pesadas a oferecer."
    ),
    "Units are not a normal population about their mean: those at the ends are drawn too near to it. Look at "
    "them, and try another level around the units, or a predictor.": (
        "As unidades não são uma população normal em torno de sua média: as dos extremos são atraídas demais "
        "para ela. Veja-as, e tente outro nível em torno das unidades, ou um preditor."
    ),
    "Priors and data may be in conflict over it: see that the priors say what is known. See what other "
    "priors change, `sensitivity`, and say so beside the ranking.": (
        "Prioris e dados podem estar em conflito sobre ele: veja se as prioris dizem o que se sabe. Veja o "
        "que outras prioris mudam, `sensitivity`, e diga-o junto à classificação."
    ),
    "The data say little of it, and the priors decide. See what other priors change, `sensitivity`, and say "
    "so beside the ranking.": (
        "Os dados dizem pouco sobre ele, e as prioris decidem. Veja o que outras prioris mudam, "
        "`sensitivity`, e diga-o junto à classificação."
    ),
    "It moves with the priors; whether with the data too, these draws do not tell. See what other priors "
    "change, `sensitivity`, and say so beside the ranking.": (
        "Move-se com as prioris; se também com os dados, estas amostras não dizem. Veja o que outras prioris "
        "mudam, `sensitivity`, e diga-o junto à classificação."
    ),
    "These draws do not tell how far it rests on its priors: fit with others, `sensitivity`.": (
        "Estas amostras não dizem quanto ele se apoia nas prioris: ajuste com outras, `sensitivity`."
    ),
    "Fit again with more tuning (--tune 2000), or with an origin inside the panel's times.": (
        "Ajuste de novo com mais calibração (--tune 2000), ou com a origem dentro dos tempos do painel."
    ),
}
_BOUNDARY_PT = (
    (re.compile(r"^boundary$"), "fronteira"),
    (re.compile(r"^boundary in (\d+) of (\d+) replicates$"), r"fronteira em \1 de \2 réplicas"),
)
UNIT: Mapping[str, tuple[str, str]] = {
    "region": ("region", "região"),
    "health_region": ("health region", "região de saúde"),
    "macro_region": ("macro-region", "macrorregião"),
    "municipality": ("municipality", "município"),
    "age_group": ("age group", "faixa etária"),
}


def known(key: str, lang: Lang, words: Mapping[str, tuple[str, str]]) -> str:
    """Give the word for something that a fit names, or the name itself where there is no word for it."""
    return words[key][lang == "pt"] if key in words else key


def advice(text: str, lang: Lang) -> str:
    """Give a gate's advice in the language; one that is not known stays as it is.

    Backticks, which make a command of a word at a terminal, are quotation marks on a page.
    """
    told = ADVICE_PT.get(text, text) if lang == "pt" else text
    return told.replace("`", '"')


def boundary(note: str, lang: Lang) -> str:
    """Give the note beside a hyperparameter in the language."""
    if lang == "pt":
        for pattern, portuguese in _BOUNDARY_PT:
            note = pattern.sub(portuguese, note)
    return note


def parameter_meaning(name: str, lang: Lang) -> str:
    """Say what a hyperparameter is: "s.d. of slopes among municipalities" for `sd_slope[municipality]`."""
    kind, _, level = name.partition("[")
    if kind not in PARAMETERS:
        return ""
    what = known(kind, lang, PARAMETERS)
    if not level:
        return what
    if kind in ("intercept", "slope"):
        return word("difference", lang, PARAMETERS, what=what, group=level[:-1])
    return word("among", lang, PARAMETERS, what=what, units=level_word(level[:-1], lang))


def unit_word(level: str, lang: Lang) -> str:
    """Name one unit of a level, as the heading of a column: "region"."""
    return known(level, lang, UNIT)
