from __future__ import annotations

import pytest

from stemme.errors import UsageError
from stemme.exports.columns import choose_id_column, choose_text_column, folded
from stemme.exports.reader import Row, unique_names

NAMES = [
    "comment", "Comments", "Feedback", "reviewText", "Message", "verbatim", "BODY", "description",
    "kommentar", "Fri tekst:", "Tilbakemelding", "tilbakemeldingar", "melding",
    "kommentaar", "Tagasiside", "arvamus", "sõnum", "so\u0303num",
    "评论", "评价", "反馈", "留言", "内容", "評論", "您的宝贵意见",
    "মন্তব্য", "মতামত", "প্রতিক্রি\u09dfা", "প্রতিক্রি\u09af\u09bcা", "వ్యాఖ్య", "అభిప్రాయం",
    "customer_comment", "Kommentar fra kunde",
]  # fmt: skip


def rows(*rows):
    return [Row(number, fields) for number, fields in enumerate(rows, 1)]


@pytest.mark.parametrize("name", NAMES)
def test_names_in_every_language(name):
    sample = rows({"product": "Fiber 500 with a long name", name: "Late. క్షమించండి"})
    assert choose_text_column(["product", name], sample).name == name


def test_the_wanted_column_goes_before_everything_and_must_exist():
    sample = rows({"a": "1", "comment": "some long prose"})
    assert choose_text_column(["a", "comment"], sample, "a").reason == "as told"
    with pytest.raises(UsageError, match=r'--text-column: there is no column "b"\. Columns: a, comment'):
        choose_text_column(["a", "comment"], sample, "b")


def test_without_a_name_the_longest_prose_is_taken():
    sample = rows(
        *(
            {
                "ref": f"{number:032x}",
                "date": "2026-05-01 12:00",
                "link": f"https://example.org/a/very/long/address/of/ticket/{number}/with/more",
                "product": "Fibre broadband 500 Mbit with router, installation and insurance, 24 months",
                "agent": f"Kari Nordmann {number}",
                "mail": f"somebody.with.a.long.name.{number}@example.org",
                "q7": f"快递晚了{number}天,没有人回复我的留言,希望改进" if number % 2 else "",
            }
            for number in range(40)
        )
    )
    chosen = choose_text_column(list(sample[0].fields), sample)
    assert (chosen.name, chosen.reason) == ("q7", "the longest prose")


def test_a_rating_called_feedback_and_a_type_called_so_are_passed_over():
    sample = rows(
        {"feedback": 4, "feedback_type": "Product complaint", "answer to q1": "It broke after two days, sadly."},
        {"feedback": "5", "feedback_type": "Other", "answer to q1": "Nobody answers the phone on Mondays."},
    )
    assert choose_text_column(list(sample[0].fields), sample).name == "answer to q1"


def test_lists_are_no_text():
    sample = rows({"complaints": [{"text": "late"}], "q": "some words"})
    assert choose_text_column(["complaints", "q"], sample).name == "q"


def test_one_word_and_no_word_at_all():
    assert (
        choose_text_column(["id", "text", "plan"], rows({"id": 1, "text": "Bra!", "plan": "Fri Bruk"})).name == "text"
    )
    assert choose_text_column(["id", "text", "plan"], rows({"id": 1, "text": "", "plan": "Fri Bruk"})).name == "text"
    assert choose_text_column(["q1"], rows({"q1": ""})).name == "q1"
    with pytest.raises(UsageError, match=r"no column looks like text; name it with --text-column\. Columns: a, b"):
        choose_text_column(["a", "b"], rows({"a": 1, "b": "2026-01-01"}))


def test_ids():
    assert choose_id_column(["id", "text"]) == "id"
    assert choose_id_column(["ID", "ticket_id"]) is None
    assert choose_id_column(["id", "ticket"], "ticket") == "ticket"
    with pytest.raises(UsageError, match="--id-column"):
        choose_id_column(["id"], "ticket")


def test_names_are_folded():
    assert [folded(name) for name in ("Fri tekst:", "reviewText", " Q1 (open)")] == [
        "fri_tekst",
        "review_text",
        "q1_open",
    ]


def test_unique_names_never_collide():
    assert unique_names(["a", "a", "a_2", "", "a"])[0] == ("a", "a_3", "a_2", "column_4", "a_4")
