"""Whatever stands in a model file: a model, or an error that names the file and what is wrong in it."""

import tomllib

import pytest
from damage import damaged, valid_or_told
from hypothesis import strategies as st

from bayes_saude.models.catalogue import catalogue, read_model
from bayes_saude.models.spec import parse_model

SHIPPED = {name: file.read_text(encoding="utf-8") for name, file in catalogue().items()}
# A TOML text for a value: of each type, and of no type.
VALUES = st.one_of(
    st.sampled_from(
        [
            "1",
            "0",
            "-1",
            "2011",
            "1.5",
            "1e308",
            "1e309",
            "-1e309",
            "nan",
            "inf",
            "1" + "0" * 400,
            "9" * 5000,
            "0x10",
            "1_000",
            "0o7",
            "true",
            "false",
            "1979-05-27",
            "1979-13-45",
            "07:32:00",
            "[]",
            "[[]]",
            "{}",
            "[1, 2]",
            '["a", "a"]',
            '["region"]',
            '["region", "municipality"]',
            '["a/b"]',
            '["x", "..", "chain"]',
            '["successes", "trials"]',
            '["count", "exposure"]',
            '{dist = "normal"}',
            '{dist = "normal", mu = 0}',
            '{dist = "normal", mu = 0, sigma = 1}',
            '{dist = "halfnormal", sigma = 0}',
            '{dist = "lkj", eta = -1}',
            '{dist = "halfcauchy", scale = 1e-320}',
            "{dist = 1}",
            '{dist = {dist = "lkj"}}',
            '{sigma = "big"}',
            '""',
            '" "',
            '"gaussian"',
            '"student_t"',
            '"binomial"',
            '"negative_binomial"',
            '"logit_normal"',
            '"../../../etc/passwd"',
            '"/dev/zero"',
            '"sa2015/../../x"',
            '"sa2015/pap"',
            '"a\\u0000b"',
            '"\\u202e"',
            '"=1+1"',
            '"{{ 7 * 7 }}"',
            '"higher_is_better"',
            '"value"',
            '"year"',
            f'"{"a" * 3000}"',
            '"""a\nb"""',
            "[" * 60 + "]" * 60,
            "[" * 5000 + "]" * 5000,
            "{a = " * 3000,
            "!!python/object:os.system",
        ]
    ),
    st.integers().map(str),
    st.floats().map(repr),
    st.text(max_size=10),
    st.text(max_size=10).map(lambda text: f'"{text}"'),
)
KEYS = st.one_of(
    st.sampled_from(
        [
            "title",
            "source",
            "data",
            "model",
            "priors",
            "ranking",
            "panel",
            "outcome",
            "time",
            "origin",
            "levels",
            "unit",
            "predictors",
            "label",
            "family",
            "slopes",
            "year_effects",
            "sequence",
            "direction",
            "target",
            "intercept",
            "slope",
            "sd_intercept",
            "corr",
            "df",
            '"sd_intercept[region]"',
            '"intercept[band]"',
            "__class__",
            "model_config",
            '""',
            "a.b.c",
            "dist",
            "name",
            "text",
            "folder",
        ]
    ),
    st.text(max_size=6),
)


@st.composite
def model_files(draw):
    """Draw a shipped model file with some lines changed, left out, repeated, moved or put in."""
    lines = draw(st.sampled_from(sorted(SHIPPED.values()))).splitlines()
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(lines) - 1))
        kind = draw(st.sampled_from(("value", "value", "key", "leave out", "repeat", "put in", "table")))
        key, equals, _ = lines[place].partition("=")
        if kind == "value" and equals:
            lines[place] = f"{key}= {draw(VALUES)}"
        elif kind == "key" and equals:
            lines[place] = f"{draw(KEYS)} = {draw(VALUES)}"
        elif kind == "leave out" and len(lines) > 1:
            del lines[place]
        elif kind == "repeat":
            lines.insert(draw(st.integers(0, len(lines))), lines[place])
        elif kind == "table":
            lines.insert(
                place, draw(st.sampled_from(["[data]", "[[data]]", "[priors]", "[x]", "[a.b]", "["]))
            )
        else:
            lines.insert(place, f"{draw(KEYS)} = {draw(VALUES)}")
    return "\n".join(lines)


def test_a_changed_model_file_is_a_model_or_refused(hold):
    def read_or_refused(text):
        spec = valid_or_told(parse_model, text, name="changed", file="changed.toml", named="changed.toml")
        if spec is not None:
            content = tomllib.loads(text)
            assert spec.text == text
            assert spec.data.origin == content["data"]["origin"]
            assert list(spec.data.levels) == content["data"]["levels"]
            assert spec.model.family == content["model"]["family"]
            priors = {key: prior.model_dump() for key, prior in spec.priors.items()}
            assert priors == content.get("priors", {})
            assert spec.ranking.target == content["ranking"].get("target")

    hold(read_or_refused, model_files(), few=100, many=2500)


def test_damaged_bytes_of_a_model_file_are_read_or_refused(hold, tmp_path):
    path = tmp_path / "damaged.toml"
    whole = st.sampled_from(sorted(SHIPPED.values())).map(str.encode)

    def read_or_refused(content):
        path.write_bytes(content)
        valid_or_told(read_model, path, named="damaged.toml")

    hold(read_or_refused, whole.flatmap(damaged), many=800)


@pytest.mark.parametrize("as_path", [False, True])
def test_any_name_of_a_model_is_read_or_refused(hold, tmp_path, monkeypatch, as_path):
    monkeypatch.chdir(tmp_path)
    odd = st.sampled_from(
        [
            "",
            ".",
            "..",
            "/",
            "~",
            "\x00",
            "a\x00.toml",
            "a" * 5000,
            "a/" * 3000,
            ".toml",
            "...toml",
            "-",
            "//",
            "nul",
            "file:///etc/passwd",
            "https://x.org/a.toml",
            "sa2015-esf-regio",
            "\ud800",
            "é.toml",
        ]
    )

    def read_or_refused(name):
        valid_or_told(read_model, tmp_path / name if as_path else name)

    hold(read_or_refused, st.one_of(odd, st.text(max_size=12)), many=500)


@pytest.mark.parametrize(
    "panel", ["a" * 5000, "a/" * 3000, "a\x00b", "..", "", "/dev/null/x", "sa2015/" + "b" * 999]
)
def test_any_path_of_a_panel_is_read_or_refused(panel, tmp_path):
    from bayes_saude.data.panel import read_panel  # noqa: PLC0415

    assert valid_or_told(read_panel, panel) is None
    assert valid_or_told(read_panel, str(tmp_path / panel)) is None
