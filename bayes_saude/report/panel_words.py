"""The words of the sections on models of one panel, in both languages."""

from collections.abc import Mapping

PANEL_WORDS: Mapping[str, tuple[str, str]] = {
    "one_panel": ("Models of one panel: {panel}", "Modelos do mesmo painel: {panel}"),
    "one_panel_why": (
        "These models are of the same rows. Where their rankings differ, the models make the difference and "
        "not the data.",
        "Estes modelos são das mesmas linhas. Onde as classificações diferem, a diferença é dos modelos, e "
        "não dos dados.",
    ),
    "moves": ("How the rankings move", "Como as classificações mudam"),
    "moves_caption": (
        "Rankings by one model and by another",
        "Classificações por um modelo e por outro",
    ),
    "moves_note": (
        "The change is that of a unit's expected rank, in places; by draws alone: what it would be expected "
        "to be if both posteriors were the same and only their draws differed. Above or below the mean are "
        "units with a probability of 97.5%. First and last {top} are by expected ranks.",
        "A mudança é a do posto esperado de uma unidade, em lugares; só pelas amostras: a que se esperaria "
        "se as duas posterioris fossem iguais e só as amostras diferissem. Acima ou abaixo da média estão as "
        "unidades com probabilidade de 97,5%. Os {top} primeiros e últimos são pelos postos esperados.",
    ),
    "ranked": ("ranked", "classificados"),
    "n_units_by": ("{n} {units} by {what}", "{n} {units} por {what}"),
    "rank_correlation": ("rank correlation", "correlação de postos"),
    "models": ("models", "modelos"),
    "mean_shift": ("mean change (by draws alone)", "mudança média (só pelas amostras)"),
    "largest_shift": ("largest change (by draws alone)", "maior mudança (só pelas amostras)"),
    "shifted_unit": ("whose", "de quem"),
    "named": (
        "above or below the mean (classes that change)",
        "acima ou abaixo da média (classes que mudam)",
    ),
    "same_ends": ("same first; last {top}", "iguais: {top} primeiros; últimos"),
    "movers_caption": (
        "{units} by {what}: those whose expected rank differs most between the models",
        "{units} por {what}: os de posto esperado mais diferente entre os modelos",
    ),
    "span": ("difference", "diferença"),
    "rank_by": ("rank, {model}", "posto, {model}"),
    "same_classes": (
        "Each of these units has the same class, above or below the mean or neither, by all.",
        "Cada uma destas unidades tem a mesma classe, acima ou abaixo da média ou nenhuma, por todos.",
    ),
    "class_by": ("class, {model}", "classe, {model}"),
    "moves_title": ("{units} by {what}: {first} → {second}", "{units} por {what}: {first} → {second}"),
    "moves_alt": (
        "Change of the expected rank of each of {n} {units} by {what} from {first} to {second}, against the "
        "rank by the first: {mean} places on average, where draws alone would change {chance}; the largest "
        "is that of {unit}, {largest}.",
        "Mudança do posto esperado de cada unidade ({units}: {n}) por {what}, de {first} para {second}, "
        "contra o posto pelo primeiro: {mean} lugares em média, quando só as amostras mudariam {chance}; a "
        "maior é a de {unit}, {largest}.",
    ),
    "misfits_beside": ("What each does not reproduce of the data", "O que cada um não reproduz dos dados"),
    "misfits_beside_caption": (
        "Predictive p-values that are warned of, model by model",
        "Valores p preditivos com aviso, modelo a modelo",
    ),
    "misfits_beside_note": (
        "Numbers are p-values below 0.01 or above 0.99, explained with each model's warnings; no warning: "
        "between the two.",
        "Os números são valores p abaixo de 0,01 ou acima de 0,99, explicados nos avisos de cada modelo; sem "
        "aviso: entre os dois.",
    ),
    "not_applicable": ("does not apply", "não se aplica"),
    "no_warning": ("no warning", "sem aviso"),
    "no_misfits": (
        "None of them is warned of: each reproduces all statistics that are looked at.",
        "Nenhum tem aviso: cada um reproduz todas as estatísticas examinadas.",
    ),
    "predictions": ("Which predicts better", "Qual prediz melhor"),
    "predictions_caption": (
        "What each predicts of units and times that it has not seen, by cross-validation",
        "O que cada um prediz de unidades e tempos que não viu, por validação cruzada",
    ),
    "predictions_note": (
        "elpd is the log density that a model gives to what was left out of its fit; above 0 the first "
        "predicts better. s.e. is over units: where a few units far from all others make most of it, so many "
        "others cannot decide. A difference within two errors decides nothing, and one beyond says which of "
        "the two predicts better, not that it is right.",
        "elpd é o logaritmo da densidade que um modelo dá ao que ficou fora do ajuste; acima de 0 o primeiro "
        "prediz melhor. e.p. é entre unidades: onde poucas unidades, longe de todas as outras, fazem a maior "
        "parte dele, as muitas outras não podem decidir. Uma diferença dentro de dois erros nada decide, e "
        "uma além diz qual dos dois prediz melhor, não que esteja certo.",
    ),
    "left_out": ("left out", "deixado fora"),
    "each_unit": ("each unit", "cada unidade"),
    "each_year": ("each time", "cada tempo"),
    "elpd_difference": ("difference of elpd", "diferença de elpd"),
    "first_better": ("units better by the first", "unidades melhores pelo primeiro"),
    "which_better": ("verdict", "veredito"),
    "no_decisive_difference": ("no decisive difference", "sem diferença decisiva"),
    "predicts_better": ("{model} predicts better", "{model} prediz melhor"),
    "not_reliable": (
        "not to be trusted: {n} that a few draws decide",
        "não confiável: {n} que poucas amostras decidem",
    ),
    "not_scored": (
        "Not compared, as these have not been cross-validated: {models}. To compare them here, run this and "
        "make the report again:",
        "Não comparados, pois não passaram por validação cruzada: {models}. Para compará-los aqui, execute "
        "isto e refaça o relatório:",
    ),
    "scored_apart": (
        "Not compared, as their scores are not of the same rows: {pairs}.",
        "Não comparados, pois suas predições não são das mesmas linhas: {pairs}.",
    ),
}
