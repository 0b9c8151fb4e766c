"""Language identification on hand-written sentences, their near neighbours, and hostile strings."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stemme.text.language import UNDETERMINED, Language, identify, scores

SENTENCES = {
    "te": ["డెలివరీ బాయ్ చాలా మర్యాదగా మాట్లాడాడు.", "నా WhatsApp message కి ఎవరూ reply ఇవ్వలేదు."],
    "te-Latn": ["parcel inka raledu, evaru phone ettaledu andi", "service chala bagundi kani AC pani cheyatledu"],
    "kn": ["ವಿತರಣೆ ಎರಡು ದಿನ ತಡವಾಗಿ ಬಂತು."],
    "bn": ["ডেলিভারি পেতে দুই সপ্তাহ লাগল।", "আপনাদের app টা বারবার crash করে।"],
    "bn-Latn": ["ami tin din dhore opekkha korchi kintu keu phone dhore na", "vai taka ferot diben kobe?"],
    "as": ["মোৰ পাৰ্চেলটো এতিয়াও আহি পোৱা নাই।", "সেৱা বৰ ভাল।"],
    "hi": ["मेरा पार्सल अभी तक नहीं आया है।", "सेवा बहुत अच्छी थी और कर्मचारी विनम्र थे।"],
    "hi-Latn": ["mujhe abhi tak paisa wapas nahi mila hai"],
    "mr": ["माझे पार्सल अजून आलेले नाही आणि कोणीही फोन उचलत नाही."],
    "zh": ["快递迟了三天才到，没有人通知我。", "服务态度很好。"],
    "zh-Hant": ["快遞遲了三天才到，沒有人通知我。", "這間店的服務態度很好。"],
    "ja": ["荷物が三日遅れて届きました。", "サービスはとても良かったです。", "営業時間外、対応不可"],
    "ko": ["배송이 사흘이나 늦었어요."],
    "nb": [
        "Pakken kom tre dager for sent, og ingen ga beskjed.",
        "Jeg vet ikke hva dere driver med, men dette er ikke noe bra.",
        "Hvorfor må jeg vente så lenge på svar?",
    ],
    "nn": [
        "Pakka kom tre dagar for seint, og ingen gav beskjed.",
        "Eg veit ikkje kva de driv med, men dette er ikkje noko bra.",
        "Kvifor må eg vente så lenge på svar?",
    ],
    "da": [
        "Pakken kom tre dage for sent, og der var ingen, der gav besked.",
        "Jeg ved ikke, hvad I laver, men det her er ikke særlig godt.",
    ],
    "sv": [
        "Paketet kom tre dagar för sent och ingen hörde av sig.",
        "Jag vet inte vad ni håller på med, men det här är inte bra.",
    ],
    "is": ["Pakkinn kom þremur dögum of seint og enginn lét vita."],
    "et": ["Pakk jõudis kohale kolm päeva hiljem ja keegi ei teatanud.", "Miks ma pean vastust nii kaua ootama?"],
    "fi": ["Paketti saapui kolme päivää myöhässä eikä kukaan ilmoittanut.", "Miksi minun pitää odottaa näin kauan?"],
    "en": ["The parcel came three days late and nobody told me.", "Great app, but the login keeps failing!"],
    "de": ["Das Paket kam drei Tage zu spät und niemand hat Bescheid gesagt."],
    "fr": ["Le colis est arrivé avec trois jours de retard et personne ne m'a prévenu."],
    "es": ["El paquete llegó tres días tarde y nadie me avisó."],
    "ru": ["Посылка пришла на три дня позже, и никто не предупредил."],
}


@pytest.mark.parametrize(
    ("lang", "text"), [(lang, text) for lang, texts in SENTENCES.items() for text in texts], ids=str
)
def test_tells_the_languages_and_their_neighbours_apart(lang, text):
    assert identify(text).lang == lang


@pytest.mark.parametrize(
    "text", ["", " \n\t", "12 345,67", "😂👍🏽", "?!…", "\x00", "\ud800", "\u200d", "https://x.no/te"]
)
def test_says_nothing_where_nothing_can_be_said(text):
    assert identify(text) == UNDETERMINED == Language("und", 0.0)
    assert scores(text) == {}


@pytest.mark.parametrize(
    "text", ["a" * 10**6, "." * 10**6, "\ud800" * 10**5, "http://" * 10**5, "😀" * 10**4, "@" * 10**5]
)
def test_hostile_strings_are_only_strings(text):
    assert 0.0 <= identify(text).score <= 1.0


def test_long_text_is_read_across_and_not_only_at_its_head():
    text = "12.03.2024 " * 5_000 + "Pakken kom tre dager for sent, og ingen ga beskjed. " * 5_000
    assert identify(text).lang == "nb"


def test_brand_names_do_not_make_a_text_english():
    assert identify("మా HDFC Bank credit card PIN మార్చాలి").lang == "te"
    assert identify("iPhone 15 Pro Max 的电池不行").lang == "zh"


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("zh", "客服邮箱是kefu@shop.cn，写了三封都没人回，太差了！😡"),
        ("zh", "@京东客服我的包裹三天了还没到"),
        ("zh", "联系kefu@shop.cn没有人理我"),
        ("zh", "网站https://www.shop.cn打不开，客服也不理我"),
        ("ja", "お店は@shop_jpさんですが返事がありません"),
        ("th", "ติดต่อhelp@shop.co.thไม่มีใครตอบ"),
        ("km", "ទំនាក់ទំនង@ហាងមិនមានអ្នកឆ្លើយ"),
        ("my", "https://shop.mmဖွင့်မရဘူး"),
        ("te", "మెయిల్:help@shop.in,సమాధానంలేదు 😡"),
        ("bn", "www.shop.bdখোলেনা"),
        ("nb", "@kundeservice_på_nett #dårligkundeservice #aldrimer Hvorfor svarer dere ikke?"),
        ("en", "Great service and a fast delivery, thank you so much! #спасибобольшое"),
        ("et", "#kohaletoimetamine"),
        ("ru", "#спасибобольшое 🙏"),
    ],
)
def test_addresses_and_handles_end_where_unspaced_writing_begins(lang, text):
    assert identify(text).lang == lang


def test_letters_of_other_scripts_do_not_count_for_the_main_one():
    assert identify("refund raledu andi, evaru cheppaledu, naku kavali ఎందుకు").lang in {"te", "te-Latn"}
    assert identify("pakken kom aldri fram, hva gjør dere egentlig? 好").lang == "nb"


def test_compatibility_letters_are_read_as_the_plain_ones():
    assert identify("𝗧𝗵𝗲 𝗽𝗮𝗿𝗰𝗲𝗹 𝗰𝗮𝗺𝗲 𝘁𝗵𝗿𝗲𝗲 𝗱𝗮𝘆𝘀 𝗹𝗮𝘁𝗲").lang == "en"


def test_one_foreign_word_does_not_turn_a_latin_text():
    assert identify("The menu says 小籠包 but nobody at the counter could tell me what that is.").lang == "en"


def test_scores_are_probabilities_best_first_and_agree_with_identify():
    for texts in SENTENCES.values():
        for text in texts:
            ranked = scores(text)
            assert next(iter(ranked.items())) == tuple(identify(text))
            assert list(ranked.values()) == sorted(ranked.values(), reverse=True)
            assert sum(ranked.values()) <= 1.0 + 1e-6


def test_same_answer_from_every_thread():
    texts = [text for listed in SENTENCES.values() for text in listed] * 5
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(identify, texts)) == [identify(text) for text in texts]


@settings(max_examples=300, deadline=None)
@example("raledu andi కకక")
@example("ᏣᎳᎩ")
@given(st.text(alphabet=st.characters(), max_size=200) | st.text(alphabet="ikkeg jå.ö\ud83d😀క్ৰ好😂1", max_size=80))
def test_never_raises(text):
    lang, score = identify(text)
    assert 0.0 <= score <= 1.0
    assert (lang == "und") == (score == 0.0)


def test_needs_neither_torch_nor_spacy():
    code = (
        "import sys, stemme.text.language as l; l.identify('hei på deg'); print({'torch','spacy'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
