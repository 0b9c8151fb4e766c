"""What people call the column that holds the text, in the languages that Stemme reads.

Names are folded as `columns.folded` folds those of an export: NFC, lower case, words joined by an underscore.
"""

from __future__ import annotations

import unicodedata


def _names(*lines: str) -> frozenset[str]:
    return frozenset(unicodedata.normalize("NFC", name) for line in lines for name in line.split())


TEXT_NAMES = _names(
    "comment comments text feedback review reviews message messages verbatim verbatims remark remarks",
    "complaint complaints suggestion suggestions testimonial free_text freetext open_text review_text",
    "kommentar kommentarer kommentarane tilbakemelding tilbakemeldinger tilbakemeldingar melding meldinger",
    "meldingar tekst fritekst fri_tekst omtale omtaler omtaletekst anmeldelse anmeldelser klage klager",
    "kommentaar kommentaarid tagasiside arvamus arvamused arvustus arvustused sõnum sõnumid kaebus vabatekst",
    "评论 评价 反馈 留言 意见 评语 点评 文本 反馈内容 评论内容 评价内容 留言内容 客户反馈 用户评论",
    "評論 評價 回饋 留言 意見 評語 點評 文字 回饋內容 評論內容 評價內容 留言內容 客戶回饋 用戶評論",
    "মন্তব্য মন্তব্যসমূহ মতামত প্রতিক্রিয়া বার্তা অভিযোগ পর্যালোচনা রিভিউ লেখা ফিডব্যাক",
    "వ్యాఖ్య వ్యాఖ్యలు అభిప్రాయం అభిప్రాయాలు స్పందన సందేశం సమీక్ష ఫిర్యాదు వచనం",
)
"""Names that say it."""

WEAK_TEXT_NAMES = _names(
    "body description content contents note notes details reason question answer response reply opinion",
    "summary transcript",
    "beskrivelse innhold merknad svar begrunnelse",
    "kirjeldus sisu märkus märkused vastus põhjus ettepanek",
    "内容 正文 描述 建议 备注 內容 描述 建議 備註",
    "বিবরণ বিষয়বস্তু উত্তর পরামর্শ বর্ণনা",
    "వివరణ వివరాలు సమాధానం సూచన",
)
"""Names that say it often and other things too; used where no column has one of the first kind."""
