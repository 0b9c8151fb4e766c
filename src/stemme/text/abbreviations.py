"""Abbreviations that are written with a full stop, by language: what a full stop after them means.

Written for Stemme from the usual style guides' lists; lower case, without the last full stop. Only words that
do not also end sentences as ordinary words are listed (Norwegian `med.`, `det.` or `an.` are not).
"""

from __future__ import annotations

from typing import NamedTuple


class Abbreviations(NamedTuple):
    """What may follow a full stop, by the word before it.

    Attributes:
        within: Never ends a sentence (`f.eks.`, `Dr.`).
        before_number: Ends one unless a number follows (`nr. 4`, but `No. That is wrong.`).
        often_last: Ends one where a capital follows (`osv.`, `etc.`), in scripts without capitals where a letter does.
        beside_initial: A plain word that ends one, but for an initial or number before it, or an initial after it
            (`এ. কে. খান`, but `করবে কে.`).
    """

    within: frozenset[str]
    before_number: frozenset[str]
    often_last: frozenset[str]
    beside_initial: frozenset[str]


def _lists(within: str, before_number: str = "", often_last: str = "", beside_initial: str = "") -> Abbreviations:
    return Abbreviations(*(frozenset(words.split()) for words in (within, before_number, often_last, beside_initial)))


_ENGLISH = _lists(
    "dr mr mrs ms mx prof rev hon gov maj capt cpl sgt cllr messrs mt ft st vs e.g i.e eg ie cf viz "
    "incl excl esp fig figs adv smt sri shri dt attn cc asst",
    "no p pp vol ch sec art para ca c",
    "etc al a.m p.m jr sr inc ltd co corp bros ave blvd rd u.s u.k min max hrs mins secs yrs nos pcs inst ult "
    "acct appt approx dept encl mgr ref resp tel",
)
_NORWEGIAN = _lists(
    "bl.a f.eks dvs ca evt inkl ekskl jf jfr iflg ifm mht pga pr ang vedr vha vs prof dr hr fr frk siv.ing mr mrs st "
    "f.o.m t.o.m d.v.s m.a.o bla feks eks tilsv oppr opprinn sml tidl iht til.o.m "
    "t.d d.e p.g.a m.h.t i.h.t i.f.m v.h.a anm journ.anm red.anm",
    "nr kl d s avd art kap pkt tlf kr § fig tab bd vol avsn",
    "osv o.l m.m m.v mv mm m.fl mfl etc o.s.v e.l el.l o.a o.a.s ol e.kr f.kr kl stk "
    "avd gj.sn gjsn mill mrd ref t.h t.v tlf",
)
_DANISH = _lists(
    "bl.a f.eks dvs ca evt inkl ekskl jf jvf iflg ift mht pga pr ang vedr vha hhv fx dr hr fr mr mrs st kgl t.o.m "
    "d.v.s m.a.o p.g.a",
    "nr kl d s afd art kap pkt tlf kr fig",
    "osv o.l m.m m.v mv mm m.fl mfl etc o.s.v e.l o.a stk afd mia mio tlf",
)
_SWEDISH = _lists(
    "bl.a t.ex d.v.s dvs ca ev inkl exkl jfr p.g.a pga resp s.k m.a.o fr.o.m t.o.m tex dr prof hr fr ang",
    "nr kl s kap tel kr fig avd",
    "osv o.s.v m.m mm m.fl mfl etc o.d e.d avd st tel",
)
_ESTONIAN = _lists(
    "näit nt s.t st s.o so nn i.a nim vt vrd lüh ingl sks u umb ca mh sh prof dr hr pr prl "
    "mag lp koost toim tlk a.o s.h m.h n.ö nö dots kontr",
    "nr lk p lg ptk kd joon tbl kl",
    "jne jm jmt jms vm vms vmt jt j.n.e a saj pk krt min sek eur kr tk e.m.a eks k.a k.e.a mld mln mnt pst tel tn",
)
_FINNISH = _lists(
    "esim ts mm ks vrt n prof dr hra rva t.s huom",
    "nro s klo kpl",
    "jne ym yms tms ns milj mrd puh",
)
_GERMAN = _lists(
    "z.b d.h bzw ca evtl ggf inkl exkl vgl u.a dr prof hr fr st mr mrs sog zzgl bspw allg geb v.a i.d.r",
    "nr s abs art bd kap abb",
    "usw etc u.v.m uvm o.g o.ä str tel",
)
_FRENCH = _lists("m mm mme mlle dr pr st ste env p.ex cf av bd", "no n p art fig tél", "etc tél")
_SPANISH = _lists("sr sra srta dr dra d dña p.ej ej av avda prof", "núm nro pág art tel", "etc aprox tel ud uds vd vds")
_TELUGU = _lists("ఎ ఎం ఎస్ ఎన్ ఎల్ ఎఫ్ కె జి టి డి పి బి వి సి ఆర్ జె రూ డా శ్రీ శ్రీమతి ఉదా కి.మీ సం ప్రొ కు చి మి.లీ కె.జి", "నెం నం పే", "మొ వగైరా")
_BENGALI = _lists(
    "বি সি ডি এফ জি এইচ আই জে এম এন পি এস টি ভি ডা ডাঃ ড মো মোঃ মোসা রা লি প্রা কি.মি অধ্যা ইঞ্জি এড বি.দ্র মি সা",
    "নং পৃ",
    "ইত্যা",
    "এ ই এল কে টা",
)

BY_LANGUAGE: dict[str, Abbreviations] = {
    "en": _ENGLISH,
    "nb": _NORWEGIAN,
    "nn": _NORWEGIAN,
    "no": _NORWEGIAN,
    "da": _DANISH,
    "sv": _SWEDISH,
    "et": _ESTONIAN,
    "fi": _FINNISH,
    "de": _GERMAN,
    "fr": _FRENCH,
    "es": _SPANISH,
    "te": _TELUGU,
    "bn": _BENGALI,
    "as": _BENGALI,
}
