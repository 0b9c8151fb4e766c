import pytest

from stemme.text.tags import normal


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("NB", "nb"),
        ("en-US", "en"),
        ("nb-no", "nb"),
        ("es-419", "es"),
        ("zh-hant", "zh-Hant"),
        ("zh-TW", "zh-Hant"),
        ("zh-Hans-HK", "zh-Hans"),
        ("zh-CN", "zh"),
        ("te-Latn-IN", "te-Latn"),
        ("bengali", None),
        ("en_US", None),
        ("en-USA", None),
        ("en\n", None),
        ("", None),
    ],
)
def test_tags_are_written_in_one_way_without_their_region(given, kept):
    assert normal(given) == kept
