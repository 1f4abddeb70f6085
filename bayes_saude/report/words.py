"""The words of the report's page and tables, in both languages."""

from collections.abc import Mapping

from bayes_saude.plots.style import Lang, word
from bayes_saude.report.panel_words import PANEL_WORDS

WORDS: Mapping[str, tuple[str, str]] = {
    # The page.
    "html_lang": ("en", "pt-BR"),
    "page_title": ("Trends and rankings: {what}", "Tendências e classificações: {what}"),
    "n_models": ("{n} models", "{n} modelos"),
    "made_by": (
        "Made by bayes_saude {version} on {date}. This file is complete: it needs no network.",
        "Feito por bayes_saude {version} em {date}. Este arquivo é completo: dispensa a rede.",
    ),
    "skip": ("Skip to the contents", "Pular para o conteúdo"),
    "navigation": ("Contents", "Sumário"),
    "despite": ("DESPITE FAILED CHECKS", "APESAR DE VERIFICAÇÕES REPROVADAS"),
    "despite_why": (
        "This was made although checks fail. Nothing should be concluded from the fits that fail.",
        "Isto foi feito embora haja verificações reprovadas. Nada se deve concluir dos ajustes reprovados.",
    ),
    "to_top": ("Back to the contents", "Voltar ao sumário"),
    "parts": ("Parts of this section", "Partes desta seção"),
    # Verdict.
    "verdict": ("The verdict of the checks", "O veredito das verificações"),
    "one_passes": ("The fit passes its sampling checks.", "O ajuste passa nas verificações da amostragem."),
    "all_pass": (
        "All fits pass their sampling checks.",
        "Todos os ajustes passam nas verificações da amostragem.",
    ),
    "some_fail": (
        "Fits that fail their checks: {failing} of {n}. Nothing should be concluded from them.",
        "Ajustes reprovados nas verificações: {failing} de {n}. Nada se deve concluir deles.",
    ),
    "one_fails": (
        "The fit fails its checks. Nothing should be concluded from it.",
        "O ajuste é reprovado nas verificações. Nada se deve concluir dele.",
    ),
    "pass_means": (
        "A fit passes where its chains agree with each other and there are enough draws: its numbers would "
        "come out the same, to their Monte Carlo error, in another run. The checks are about the sampling. "
        "They do not say that the model is right: what it does not reproduce of the data is counted below "
        "and told in its section.",
        "Um ajuste é aprovado onde as cadeias concordam entre si e há amostras bastantes: os números seriam "
        "os mesmos em outra execução, a menos do erro de Monte Carlo. As verificações tratam da amostragem. "
        "Não dizem que o modelo está certo: o que ele não reproduz dos dados é contado abaixo e dito em sua "
        "seção.",
    ),
    "overview": ("The analyses of this report", "As análises deste relatório"),
    "divergences": ("divergences", "divergências"),
    "passes": ("passes", "aprovado"),
    "fails": ("FAILS", "REPROVADO"),
    "what_failed": (
        "{gate} is {value}, the limit {limit}. {advice}",
        "{gate}: {value}, sendo o limite {limit}. {advice}",
    ),
    "gate_of": ("{gate} of {parameter}", "{gate} de {parameter}"),
    "undefined": ("undefined", "indefinido"),
    "analysis": ("Analysis", "Análise"),
    "units": ("Units", "Unidades"),
    # Reading.
    "reading": ("How to read this report", "Como ler este relatório"),
    # A model's section.
    "checks": ("Checks", "Verificações"),
    "data": ("Data", "Dados"),
    "model_priors": ("Model and priors", "Modelo e prioris"),
    "parameters": ("Parameters", "Parâmetros"),
    "rankings": ("Rankings", "Classificações"),
    "figures": ("Figures", "Figuras"),
    "comparison": ("REML beside the posterior", "REML ao lado da posteriori"),
    "reproduce": ("Make it again", "Reproduzir"),
    "citing": ("How to cite", "Como citar"),
    # Checks of one fit.
    "each_check": ("Each check", "Cada verificação"),
    "checks_caption": ("Checks of the sampling", "Verificações da amostragem"),
    "misfits_caption": (
        "Warnings: what the model does not reproduce of the data",
        "Avisos: o que o modelo não reproduz dos dados",
    ),
    "misfits_note": (
        "p is the share of the panels predicted by the fitted model that lie above what was observed; those "
        "beyond 0.01 and 0.99 are shown, near these limits with their Monte Carlo error. A warning stops "
        "nothing: the sampling is sound, and the numbers are those of a model that is wrong in this respect.",
        "p é a parcela dos painéis preditos pelo modelo ajustado que está acima do observado; são mostrados "
        "os além de 0,01 e 0,99, perto destes limites com seu erro de Monte Carlo. Um aviso não impede nada: "
        "a amostragem é boa, e os números são os de um modelo errado neste aspecto.",
    ),
    "moved_caption": (
        "Warnings: which parameters' posteriors move with the priors",
        "Avisos: os parâmetros cuja posteriori se move com as prioris",
    ),
    "moved_note": (
        "How far the posterior moves when the power of all priors, or of the likelihood, is doubled, with "
        "Monte Carlo errors; from 0.05 on it moves. It stops nothing: priors are part of the model.",
        "Quanto a posteriori se move ao dobrar a potência de todas as prioris, ou da verossimilhança, com "
        "erros de Monte Carlo; move-se a partir de 0,05. Não impede nada: prioris são parte do modelo.",
    ),
    "moved_by_priors": ("with the priors", "com as prioris"),
    "moved_by_data": ("with the likelihood", "com a verossimilhança"),
    "not_told": ("not told", "não se sabe"),
    "statistic": ("statistic", "estatística"),
    "from_to": ("{low} to {high}", "{low} a {high}"),
    "observed": ("observed", "observado"),
    "predicted": ("predicted (95%)", "predito (95%)"),
    "predictive_p": ("p", "p"),
    "to_try": ("What to try", "O que tentar"),
    "check": ("check", "verificação"),
    "question": ("what it asks", "o que pergunta"),
    "verdict_column": ("sampling", "amostragem"),
    "not_reproduced": ("not reproduced", "não reproduzido"),
    "not_reproduced_what": (
        "{n}: what the model does not reproduce of the data",
        "{n}: o que o modelo não reproduz dos dados",
    ),
    "worst_in": ("worst in", "pior em"),
    "value": ("value", "valor"),
    "limit": ("limit", "limite"),
    # Data.
    "panel": ("Panel", "Painel"),
    "sha256": ("SHA-256", "SHA-256"),
    "rows": ("Rows", "Linhas"),
    "rows_replicates": (
        "{rows}: {replicates} replicates of the panel, each fitted by itself and the draws pooled",
        "{rows}: {replicates} réplicas do painel, cada uma ajustada à parte e as amostras reunidas",
    ),
    "times": ("Times", "Tempos"),
    "times_range": ("{first} to {last} ({n}), column {column}", "{first} a {last} ({n}), coluna {column}"),
    "outcome": ("Outcome", "Desfecho"),
    "panel_note": ("Note", "Nota"),
    "panel_notes": ("How it was read", "Como foi lido"),
    "source": ("Source of the analysis", "Fonte da análise"),
    "direction": ("Ranking", "Classificação"),
    "higher_is_better": ("higher is better", "maior é melhor"),
    "lower_is_better": ("lower is better", "menor é melhor"),
    "target": ("target {value}", "meta {value}"),
    # Model.
    "family": ("Outcome about its trend", "Desfecho em torno da tendência"),
    "trend": ("Trend", "Tendência"),
    "trend_slopes": (
        "Each unit has a straight line: its intercept is the line's height in {origin}, its slope the change "
        "per {time}. Intercept and slope of a unit are correlated.",
        "Cada unidade tem uma reta: o intercepto é sua altura em {origin}, a inclinação é a variação por "
        "{time}. Intercepto e inclinação de uma unidade são correlacionados.",
    ),
    "trend_shared": (
        "Each unit has an intercept, the height of its line in {origin}; all share one slope, the change per "
        "{time}.",
        "Cada unidade tem um intercepto, a altura de sua reta em {origin}; todas têm a mesma inclinação, a "
        "variação por {time}.",
    ),
    "predictors": ("Groups beside the levels", "Grupos além dos níveis"),
    "sequence": (
        "The {units} stand in an order, and neighbours are alike: their effects are a random walk.",
        "As unidades ({units}) têm uma ordem, e as vizinhas se parecem: os efeitos são um passeio aleatório.",
    ),
    "year_effects": (
        "Each time deviates from the line by a value of its own, common to all units.",
        "Cada tempo desvia-se da reta por um valor próprio, comum a todas as unidades.",
    ),
    "levels": ("Levels", "Níveis"),
    "inside": ("{inner} within {outer}", "{inner} dentro de {outer}"),
    "priors_caption": ("Priors", "Distribuições a priori"),
    "parameter": ("parameter", "parâmetro"),
    "meaning": ("what it is", "o que é"),
    "prior": ("prior", "priori"),
    "prior_from": ("given by", "dada por"),
    "from_file": ("the model file", "o arquivo do modelo"),
    "from_panel": ("default", "padrão"),
    # Parameters.
    "parameters_caption": (
        "Fixed effects and variance components: REML and posterior",
        "Efeitos fixos e componentes de variância: REML e posteriori",
    ),
    "reml": ("REML", "REML"),
    "se": ("s.e.", "e.p."),
    "posterior_mean": ("posterior mean", "média a posteriori"),
    "sd": ("s.d.", "d.p."),
    "interval": ("95% interval", "intervalo de 95%"),
    "note": ("note", "nota"),
    # Rankings.
    "ranking_caption": ("{units} by {what}", "{units} por {what}"),
    "expected_rank": ("expected rank", "posto esperado"),
    "estimate": ("estimate", "estimativa"),
    "rank_interval": ("rank, 95%", "posto, 95%"),
    "rank_mcse": ("MC error", "erro MC"),
    "p_best": ("P(first)", "P(primeiro)"),
    "p_top": ("P(first 10)", "P(10 primeiros)"),
    "p_bottom": ("P(worst fifth)", "P(pior quinto)"),
    "p_above_mean": ("P(> mean)", "P(> média)"),
    "p_meets_target": ("P(target)", "P(meta)"),
    "rank_inside": ("rank within", "posto dentro"),
    "rank_inside_interval": ("within, 95%", "dentro, 95%"),
    "trust": (
        "A unit's 95% rank interval is on average {width} places wide, {share} of the widest possible. Of "
        "the {pairs} pairs of units, {separated} have an order that is more than 95% probable.",
        "O intervalo de 95% do posto tem em média {width} lugares, {share} do mais largo possível. Dos "
        "{pairs} pares de unidades, {separated} têm uma ordem com mais de 95% de probabilidade.",
    ),
    # Comparison.
    "comparison_caption": (
        "{units} by {what}: REML beside the posterior, first where they part",
        "{units} por {what}: REML ao lado da posteriori, primeiro onde divergem",
    ),
    "class_reml": ("class, REML", "classe, REML"),
    "class_posterior": ("class, posterior", "classe, posteriori"),
    "posterior": ("posterior", "posteriori"),
    "reml_rank": ("REML rank", "posto REML"),
    "agrees": ("classes", "classes"),
    "same": ("same", "iguais"),
    "differ": ("differ", "diferem"),
    "above": ("▲ above", "▲ acima"),
    "below": ("▼ below", "▼ abaixo"),
    "none": ("○ neither", "○ nenhuma"),
    "agreement": (
        "The classes are the same for {agree} of {units}; only REML names a class for {only_reml}, only the "
        "posterior for {only_bayes}; {opposite} are opposite. Rank correlation {correlation}.",
        "As classes são iguais em {agree} de {units}; só REML dá classe a {only_reml}, só a posteriori a "
        "{only_bayes}; {opposite} são opostas. Correlação de postos {correlation}.",
    ),
    "reml_own_scale": (
        "REML is the same model fitted by restricted maximum likelihood, as the theses fit it.",
        "REML é o mesmo modelo ajustado por máxima verossimilhança restrita, como nas dissertações.",
    ),
    "reml_on_link": (
        "REML is the Gaussian mixed model of the same trend, fitted to the outcome on the line's scale: "
        "a frequentist stand-in that gives every row the same weight.",
        "REML é o modelo misto gaussiano da mesma tendência, ajustado ao desfecho na escala da reta: um "
        "substituto frequentista que dá o mesmo peso a cada linha.",
    ),
    "further_figures": ("All figures, with those about details:", "Todas as figuras, com as de detalhes:"),
    # The printed layout of a mixed model.
    "fixed_effects": ("Fixed effects", "Efeitos fixos"),
    "random_effects": ("Random effects", "Efeitos aleatórios"),
    "effect": ("effect", "efeito"),
    "intercept": ("Intercept", "Intercepto"),
    "residual": ("Residual", "Resíduo"),
    "beta": ("β, REML", "β, REML"),
    "se_beta": ("s.e.(β)", "e.p.(β)"),
    "p_value": ("p-value", "valor-p"),
    "variance": ("variance, REML", "variância, REML"),
    "sd_reml": ("s.d., REML", "d.p., REML"),
    "corr": ("corr., REML", "corr., REML"),
    "posterior_variance": ("posterior variance", "variância a posteriori"),
    "posterior_sd": ("posterior s.d.", "d.p. a posteriori"),
    "posterior_corr": ("posterior corr.", "corr. a posteriori"),
    # Tables on screen.
    "search": ("Search", "Buscar"),
    "search_what": ("Search in: {caption}", "Buscar em: {caption}"),
    "show_all": ("Show all {n}", "Mostrar todas as {n}"),
    "show_first": ("Show the first {n}", "Mostrar as {n} primeiras"),
    "shown": ("{shown} of {n} rows", "{shown} de {n} linhas"),
    "no_script": (
        "Without JavaScript a table shows its first rows only; all are in the result folder's ranking.csv "
        "and comparison.csv.",
        "Sem JavaScript uma tabela mostra só as primeiras linhas; todas estão em ranking.csv e "
        "comparison.csv, na pasta do resultado.",
    ),
    # Reproduction.
    "model_file": ("The model file, {name}.toml", "O arquivo do modelo, {name}.toml"),
    "again": (
        "Save the model file below as {name}.toml, where its panel is found, and run:",
        "Salve o arquivo do modelo abaixo como {name}.toml, onde se acha o seu painel, e execute:",
    ),
    "report_again": ("This report again:", "Este relatório de novo:"),
    "seed": ("Seed", "Semente"),
    "sampler": ("Sampler", "Amostrador"),
    "sampler_text": (
        "{chains} chains of {draws} draws after {tune} of tuning; {kept} draws in all are kept",
        "{chains} cadeias de {draws} amostras após {tune} de ajuste; ao todo {kept} amostras são guardadas",
    ),
    "sampler_replicates": (
        "{chains} chains of {draws} draws for each of {replicates} replicates, after {tune} of tuning; "
        "{kept} draws in all are kept",
        "{chains} cadeias de {draws} amostras para cada uma das {replicates} réplicas, após {tune} de "
        "ajuste; ao todo {kept} amostras são guardadas",
    ),
    "wall_time": ("Time", "Tempo"),
    "versions": ("Versions", "Versões"),
    "cite_text": (
        "Cite the software with its version, and the source of each analysis:",
        "Cite o programa com sua versão, e a fonte de cada análise:",
    ),
    "software": (
        "The bayes_saude authors. bayes_saude: Bayesian hierarchical trends and posterior rankings for "
        "health indicators. Version {version}.",
        "The bayes_saude authors. bayes_saude: Bayesian hierarchical trends and posterior rankings for "
        "health indicators. Versão {version}.",
    ),
    **PANEL_WORDS,
}


def say(key: str, lang: Lang, **values: object) -> str:
    """Give a text of the report with its values filled in."""
    return word(key, lang, WORDS, **values)
