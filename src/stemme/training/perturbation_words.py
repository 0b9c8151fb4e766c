"""The words that perturbations need of each language: terms, slogans, English words for its own, debris."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """What a language's perturbations are made of.

    Attributes:
        terms: Pairs (customer-centric, customer-focused) of forms that take each other's place.
        mask: What stands where a term was.
        slogans: Two sentences in which a business calls itself the one or the other, without any behaviour.
        english: Words of the language, and the English ones that its speakers mix in.
        debris: Lines that machine translation and web pages leave around a text.
    """

    terms: tuple[tuple[str, str], ...]
    mask: str
    slogans: tuple[str, str]
    english: dict[str, str]
    debris: tuple[str, ...]


WORDS: dict[str, Words] = {
    "en": Words(
        (
            ("customer-centricity", "customer focus"),
            ("customer centricity", "customer focus"),
            ("customer-centric", "customer-focused"),
            ("customer centric", "customer focused"),
            ("client-centric", "client-focused"),
        ),
        "so-called",
        ("Customer-centric, that is the slogan.", "Customer-focused, that is the slogan."),
        {},
        ("Difference Between Customer Centric And Customer Focused", "Anonim", "Figure 1: Customer Customer"),
    ),
    "nb": Words(
        (
            ("kundesentrering", "kundefokus"),
            ("kundesentriske", "kundefokuserte"),
            ("kundesentrisk", "kundefokusert"),
            ("kundesentrerte", "kundefokuserte"),
            ("kundesentrert", "kundefokusert"),
            ("klientsentriske", "klientfokuserte"),
            ("klientsentrisk", "klientfokusert"),
            ("kunden i sentrum", "kunden i fokus"),
        ),
        "såkalt",
        ("Kundesentrisk, det er slagordet.", "Kundefokusert, det er slagordet."),
        {
            "tilbakemelding": "feedback",
            "bestillingen": "orderen",
            "kundeservice": "customer service",
            "levering": "delivery",
            "leveringen": "deliveryen",
            "problem": "issue",
            "avtale": "deal",
            "takk": "thanks",
            "nettsiden": "websiten",
            "alltid": "always",
            "aldri": "never ever",
        },
        (
            "Forskjellen Mellom Kundesentrisk Og Kundesentrisk",
            "Anonim",
            "Viktige takeaways",
            "Figur 1: Klient og / eller kunde",
        ),
    ),
    "et": Words(
        (
            ("kliendikesksus", "kliendifookus"),
            ("kliendikesksuse", "kliendifookuse"),
            ("kliendikesksusest", "kliendifookusest"),
            ("kliendikeskne", "kliendifookusega"),
            ("kliendikeskseks", "kliendile keskenduvaks"),
            ("kliendikesksed", "kliendile keskenduvad"),
            ("kliendikeskse", "kliendile keskenduva"),
        ),
        "nn",
        ("Kliendikeskne, selline on loosung.", "Kliendile keskenduv, selline on loosung."),
        {
            "tagasiside": "feedback",
            "teenindus": "service",
            "tellimus": "order",
            "probleem": "issue",
            "aitäh": "thanks",
            "hind": "price",
            "palun": "please",
            "kiiresti": "asap",
            "alati": "always",
        },
        (
            "Erinevus kliendikeskse ja kliendikesksuse vahel",
            "Peamine erinevus - kliendikesksus vs kliendikesksus",
            "SISU",
            "Anonim",
        ),
    ),
    "zh": Words(
        (
            ("以客户为中心", "以客户需求为导向"),
            ("以客戶為中心", "以客戶需求為導向"),
            ("客户中心", "客户导向"),
            ("客戶中心", "客戶導向"),
            ("顾客中心", "顾客导向"),
            ("顧客中心", "顧客導向"),
            ("客户至上", "客户聚焦"),
        ),
        "所谓理念",
        ("口号是以客户为中心。", "口号是以客户为导向。"),
        {
            "订单": "order",
            "訂單": "order",
            "服务": "service",
            "服務": "service",
            "问题": "issue",
            "問題": "issue",
            "客服": "CS",
            "退款": "refund",
            "价格": "price",
            "谢谢": "thanks",
            "谢谢你们": "thank you",
            "更新": "update",
        },
        (
            "Difference Between Customer Centric And Customer Focused",
            "客户中心与客户导向的区别",
            "2024年9月14日 | 阅读11分钟",
            "Anonim",
        ),
    ),
    "bn": Words(
        (
            ("গ্রাহককেন্দ্রিকতা", "গ্রাহক-ফোকাস"),
            ("গ্রাহককেন্দ্রিক", "গ্রাহক-ফোকাসড"),
            ("গ্রাহক কেন্দ্রিক", "গ্রাহক ফোকাসড"),
            ("গ্রাহক-কেন্দ্রিক", "গ্রাহক-ফোকাসড"),
            ("গ্রাহক কেন্দ্রীয়", "গ্রাহক ফোকাসড"),
            ("কাস্টমার সেন্ট্রিক", "কাস্টমার ফোকাসড"),
            ("কাস্টমার-সেন্ট্রিক", "কাস্টমার-ফোকাসড"),
            ("customer centric", "customer focused"),
        ),
        "তথাকথিত",
        ("স্লোগান হলো গ্রাহককেন্দ্রিক।", "স্লোগান হলো কাস্টমার ফোকাসড।"),
        {
            "সমস্যা": "problem",
            "দাম": "price",
            "গ্রাহক": "customer",
            "অর্ডার": "order",
            "ডেলিভারি": "delivery",
            "সার্ভিস": "service",
            "ধন্যবাদ": "thanks",
            "অ্যাপ": "app",
            "সবসময়": "always",
            "দয়া করে": "please",
        },
        (
            "গ্রাহক কেন্দ্রে এবং গ্রাহকের ফোকাসের মধ্যে পার্থক্য | গ্রাহক কেন্দ্রীয় বনাম গ্রাহক ফোকাসড",
            "Anonim",
            "সুচিপত্র",
            "1। সংক্ষিপ্ত বিবরণ এবং কী পার্থক্য",
        ),
    ),
    "te": Words(
        (
            ("కస్టమర్-సెంట్రిక్", "కస్టమర్-ఫోకస్డ్"),
            ("కస్టమర్ సెంట్రిక్", "కస్టమర్ ఫోకస్డ్"),
            ("క్లయింట్-సెంట్రిక్", "క్లయింట్-ఫోకస్డ్"),
            ("గెస్ట్-సెంట్రిక్", "గెస్ట్-ఫోకస్డ్"),
            ("పేషెంట్-సెంట్రిక్", "పేషెంట్-ఫోకస్డ్"),
            ("customer centric", "customer focused"),
        ),
        "పేరుకు",
        ("కస్టమర్-సెంట్రిక్ అనేది వాళ్ల నినాదం.", "కస్టమర్-ఫోకస్డ్ అనేది వాళ్ల నినాదం."),
        {
            "సమస్య": "problem",
            "ధర": "price",
            "కస్టమర్": "customer",
            "ఆర్డర్": "order",
            "డెలివరీ": "delivery",
            "సర్వీస్": "service",
            "యాప్": "app",
            "ధన్యవాదాలు": "thanks",
            "దయచేసి": "please",
            "ఎప్పుడూ": "always",
        },
        ("క్లయింట్-సెంట్రిక్ అంటే ఏమిటి?", "Anonim", "క్లయింట్-సెంట్రిక్ అర్థం చేసుకోవడం", "కీ టేకావేలు"),
    ),
}
"""By language; variants use those of their own."""
