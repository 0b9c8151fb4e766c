"""Words and spellings that tell near languages apart, where byte n-grams get it wrong.

Written for Stemme by hand, from grammars and usage; nothing is counted in anybody's texts. In `FAMILIES` a row names
every language of its family in which the form is ordinary (`ikke`: Bokmål and Danish), so that a form speaks for
those and against the others; forms that all of them share are left out. Telugu, Bengali and Hindi in Latin letters
(`ROMANISED`) have no standard spelling: their lists hold the usual variants, and leave out words that European
languages also have (`me`, `din`, `anna`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

_WORD_WEIGHT = 0.7
_SPELLING_WEIGHT = 0.3
"""Log odds that one word, one spelling adds: words that occur together are far from independent."""


class Family(NamedTuple):
    """Languages that are easily taken for one another.

    Attributes:
        words: For each word the languages in which it is ordinary.
        spellings: Patterns of parts of words, with the languages in which they are ordinary.
        priors: Log odds before any word is seen, 0 where not named.
    """

    languages: frozenset[str]
    words: Mapping[str, frozenset[str]]
    spellings: tuple[tuple[re.Pattern[str], frozenset[str]], ...]
    priors: Mapping[str, float]


def _family(
    words: Mapping[str, str], spellings: Mapping[str, str], priors: Mapping[str, float] = MappingProxyType({})
) -> Family:
    by_word: dict[str, frozenset[str]] = {}
    for languages, listed in words.items():
        for word in listed.split():
            by_word[word] = by_word.get(word, frozenset()) | frozenset(languages.split())
    patterns = tuple((re.compile(part), frozenset(langs.split())) for langs, part in spellings.items())
    return Family(frozenset().union(*by_word.values()), by_word, patterns, priors)


_NORDIC = _family(
    {
        "nb": """
        hva dere noe noen ble blitt vært uten fikk gikk gjør gjøre annet dager uker uke penger sier gir
        trenger dessverre mulig umulig veien spør spørre fremdeles øyeblikk ansatte gjelder virker mye vet
        ga sjøl fredag kirke kirken melk jente jenter kjenner tenker tenkte begynner begynte sluttet
        ringte fortalte foreldre søsken gutter bilder farger priser regninger feil dagene avdelinger
        jobber jobbet ventet snakket prøvde klarte mistet tapte husket hentet svarte brukte skriver leser
        kjører kjørte flytter fungerer hjelper selger ligger legger setter følger mener synes enkelt
        gjennomført levert bestilt kjøpte onsdag mandag bedrift bedriften bedrifter leverandør opplever
        ønsker løsning løsninger kundene
        """,
        "nn": """
        ikkje eg ein eit frå kva kven kvifor korleis kvar kvart kvarandre noko nokon nokre dykk dykkar dei
        deira berre meir mykje vart vorte vore vere vera gjekk sjølv sjølve heim heime ho honom ynskjer
        ynskje ønskjer seier seie seia gjev gje gjer gjere gjera fekk kjem koma byrja byrje tek teke
        fleire difor framleis attende att saman eigen eige eigne einaste veker veke gong gonger heile
        heilt heil desse hennar allereie betre verda mogleg moglege mogeleg treng spørje spurde veit
        heiter skule skulen skular vegen vegar dersom korkje ifrå einskild noreg tenester teneste hjå sjå
        høgre høg høgt høgare leiing løyse fyrst fyrste somme døme skilnad gjeld innan lyt ynskt kjende
        laurdag sundag sundagen måndag tysdag blei låg låge førre oppteken vanleg vanlege røyndom røynsle
        tryggleik kjærleik sjukdom kyrkje mjølk bruken hugsar hugse høyrer høyrde løn arbeidsløyse løyve
        nøgd nøgde fornøgd trudde trur tenkjer tenkje rekne kravde krev krevje leggje setje sitje liggje
        følgje søkje selde fortel fortalde velje valde telje spelar spele skriv skrive skreiv bur budde
        trong held halde heldt stend borna guten gutane kyr brør foreldra syskjen ungane åleine aleine
        tidlegare seinare sein seint snautt ålmenn samanlikne pengane undersøkje sjølvsagt eigentleg
        kjensle hjarte draum draumen røyst straum auge auka aukar haustar lauv daud blaut raud kaupa
        skogar gardar vatn vatnet bygdene byar dalane nærast ikring godkjend kalla opna bygd bygde byggje
        vanskeleg vanskelege tydeleg tydelege farleg endeleg særleg særskild dagleg årleg offentleg
        oppgåve oppgåver utgåve meining meiningar avtalar kundar tilsette brukarar innbyggjar innbyggjarar
        kommunar elevar lærarar leiarar arbeidar politikarar lækjar namn namnet fleirtal difrå herifrå
        derifrå anna annan stutt tru vona vener då eitt
        """,
        "da": """
        hvad nogen noget nogle mig dig sig jer jeres af efter op ud ind meget lidt uden mellem gennem
        bliver blev blevet været fik sagde gik gør gøre anden andet dage uger uge penge siger giver altid
        aldrig måske mere havde haft fået gået givet spørge bruger sådan hendes mit dit sit vores hjælp
        hjælpe end nej tak mod tilbage igen selskab købe købt køb vigtig vej mennesker skete øjeblik
        nødvendigt lave lavet hedder nu virksomhed desværre tage taget arbejde arbejdet arbejder ligeledes
        enhver frihed hvornår fundet ringede ventede svarede betalt betale dårlig dårligt bog bøger sprog
        gade rejse rejser måned mad værelse værelset lækker lækkert venlig venlige personalet betjening
        oplevelse anbefale stadig skærm batteri bede bedt lide rigtig rigtigt kursus intet smag dejlig
        dejligt udvalg sikke tjener brugt længere virkeligt mærke kommer
        """,
        "sv": """
        jag inte och att är från något någon några mycket också blivit varit fick gick gör göra bättre hem
        hur varför varje vad vem vilken vilket vilka hon medan själv annat flera tillbaka sedan kanske
        väldigt säger ger dessa detta många samma till vid kunde ska måste veckor genom upp ut in före
        efter än ett när där här vill inget ni era er tack människor mellan bland skulle mig dig sig
        """,
        "nb nn": """
        å meg deg seg nå opp inn etter mellom gjennom igjen kanskje veldig litt hadde hatt slik slike våre
        hjelp kjøpt kjøp enn nei takk gjerne ennå likevel tilbake skjer blant dessutan aldri flink hytta
        torsdag sjanse gått bra sjekk kjøpe viss
        """,
        "nb da": """
        jeg ikke en et fra hvor hvorfor hvordan hvem hvilken hvilket hvilke hun være mens selv deres helt
        hver hvert hele flere siden bedre hjem hjemme måneder timer mennesker eneste verden egen eget egne
        allerede imidlertid samme hvis disse dem bare frem kommet eventuelt enkelte tirsdag søndag lørdag
        sammen nødvendig nødvendige forskjellige
        """,
        "nb nn da": """
        og er til ved skal dette mange før når må bør vil kunne altså derfor fordi først også
        """,
        "nn sv": """
        utan dagar månader pengar timar medan annan brukar sommar me
        """,
        "nb sv": """
        bli blir mer vet heter hennes tar
        """,
        "nb nn sv": """
        av mitt ditt sitt ut mot fått gått sett alltid fram liten viktig ingenting
        """,
        "nb da sv": """
        en dem helt kommer
        """,
        "da sv": """
        efter mig dig sig igen nej haft
        """,
    },
    {
        "nb nn": r"\w(?:sjon|sjons)(?:en|er|ar|ane|ene)?\b|øy|kj|gj[eøaåo]",
        "nb sv": r"\w{2}het(?:en|er|ene|s)?\b",
        "nn": r"\w{2}heit(?:a|er|ene|s)?\b|\w{2}leg(?:e|are|aste|heit)?\b|\bkv[aeio]|\w{3}ane\b|\w{3}inga\b|"
        r"[bdfghklmnprstv]ei[nlrtdkg]|\w{3}[^u]ar\b",
        "nb": r"\w{3}ingene\b|\w{3}sjoner\b",
        "da": r"\w{2}hed(?:en|er|erne|s)?\b|\w{3}erne\b|\w{3}[^aeiouyæøå]ede\b|\w{2}[^s]tion(?:en|er|erne)?\b|"
        r"\bhj[æa]l|\bud\w{3}|\bop[lrsfd]\w|[aeiouyæøå]je[rt]?\b|ø[gv]e",
        "sv": r"[äö]|\w{2}(?:orna|arna|erna)\b|\w{2}tion(?:en|er|erna)?\b",
        "nb da": r"\w{3}ende\b|\w{2}lig(?:e|t|ere|ste)?\b|\bhv|\w{3}este\b",
        "nn sv": r"\w{3}ande\b|\w{3}are\b|\w{3}aste\b",
        "nb nn sv": r"\w(?:bb|dd|ff|gg|kk|ll|mm|nn|pp|ss|tt)\b",
        "nb nn da": r"[æø]",
    },
    # What only one word may decide is more often Norwegian here, and Nynorsk is what the n-grams know least of.
    priors={"nb": 0.4, "nn": 0.8},
)
_FINNIC = _family(
    {
        "et": "see ka aga oli mu mul te teie meie nad seda sest siis nii kas kus kes midagi kuidas miks väga veel juba "
        "enam olen olete olid olnud pole pärast enne kõik iga oma ning või ainult aitäh palun tere kuna ette üle läbi "
        "saab saan saaks võiks tuleb läks peaks pean teen teeb selle selles nüüd mitte nende neid mida mille mingi",
        "fi": "että kun mikä myös mutta minä sinä hän he koska sitten niin missä kuka mitään miten hyvin vielä enää "
        "olemme olivat ollut jälkeen ennen kaikki joka sekä tai vain kiitos hei ovat jotka jos kuin minun hänen "
        "meillä teillä voi tämä nyt mutta olisi voisi pitäisi",
    },
    {"et": r"õ|ü|[bdg]\b", "fi": r"y|\w(?:ssa|ssä|sta|stä|lla|llä|lta|ltä|lle|nut|nyt|uu|nen|vat|vät)\b"},
)
_DEVANAGARI = _family(
    {
        "hi": "है हैं था थी थे का के की को में से और नहीं यह वह ने पर भी कि जो तो हो कर लिए अपने किसी प्रत्येक मुझे मेरा आप क्या एवं",
        "mr": "आहे आहेत नाही आणि होते होता मी तुम्ही आपण काय मला माझे त्या चा ची चे असे व",
        "ne": "छ छन् छैन र गर्न भएको म तपाईं लाई मा पनि गरेको",
    },
    {"mr": "ळ"},
)

FAMILIES: tuple[Family, ...] = (_NORDIC, _FINNIC, _DEVANAGARI)


class Romanised(NamedTuple):
    """What gives away a language that is written in Latin letters instead of its own.

    Attributes:
        strong: Words that no European language has in common use.
        endings: Endings of longer words, as good as a strong word.
        weak: Short particles that others have too; they count half, and only beside a strong word.
    """

    strong: frozenset[str]
    endings: tuple[str, ...]
    weak: frozenset[str]

    def hits_in(self, words: Sequence[str]) -> float:
        """Return the number of strong words plus half the weak ones, 0 without a strong one."""
        strong = sum(word in self.strong or (len(word) > 4 and word.endswith(self.endings)) for word in words)
        return strong + sum(word in self.weak for word in words) / 2 if strong else 0.0


def _romanised(strong: str, endings: str, weak: str) -> Romanised:
    return Romanised(frozenset(strong.split()), tuple(endings.split()), frozenset(weak.split()))


ROMANISED: dict[str, Romanised] = {
    "te-Latn": _romanised(
        strong="""
            andi ledu ledhu leda leru kaani ayindi aindi ayindhi ayyindi ayina ayyaka aipoyindi aipotundi
            undhi unnadi unnayi unnaru untundi untaru untayi chala chaala bagundi bagunnadi bagaledu
            bagoledu baagundi nenu neenu naaku naku maaku maku meeru miru meeku vaallu vallu vaadu vadiki
            enduku endhuku ekkada eppudu eppudo eppatiki ippudu ippudi ippati ikkada akkada evaru evaraina
            enti emaina emayindi cheppandi cheppina cheppali cheppaledu cheppagane cheppakunda chesthe
            cheste chesanu chesaru chesina cheyandi cheyali cheyyali cheyatledu chestaru chestunnaru
            vachindi vachaka vachi vachina ravatledu raledu raaledu ravali vastundi vasthundi vastharu
            vastunnaru poyindi poindi poyi pothundi pettandi pettaru petti pattaledu ichanu icharu ichi
            ichcharu ivvandi ivvaledu ivvatledu isthe istaru kavali kaavali kavalani gurinchi nunchi nunchee
            nundi varaku tarvata taruvata tarwata tharvata daggara dagara lopala meeda meedha inkaa malli
            kooda garu gaaru roju rojulu rojula rojuki samvatsaram sarlu saari okkati okkasari rendu moodu
            nalugu aidu manchi pedda chinna kotha patha mottam emundi unte unnappudu avuthundi avutundi
            avvatledu avvaledu avvagane telusu teliyadu teliyaledu adigithe adiganu adiga pampandi
            pampincharu pampinchandi dabbulu paisalu konnanu theesukunna teesukunna tisukunna matladandi
            ettaledu ettaru dayachesi nijanga anukunna anukunnanu choosi chusanu chudandi entha vaddu ayyo
            kante prathi prati oka intlo inti manaki andaru andariki ayithe kabatti kudaradu takkuva ekkuva
            tappu badulu nela nelalu gantalu nimishalu sare babai telugu pilla pillalu illu annaru annadu
            daniki deeniki dantlo indulo evariki evarikee appudu asalu
            """,
        endings="""
            undi andi tundhi aledu atledu nnaru nnanu nnayi charu saru sthe stharu staru yali kunda inchi tunna lsi
            valsi leru
            """,
        weak="""
            lo ki ni ee em eh ani kani kuda maa naa mee inka anni ante undi unna kosam baga vere nanna amma
            na
            """,
    ),
    "bn-Latn": _romanised(
        strong="""
            ami amar amader amake apni apnar apnader apnara apnake tumi tomar tomra tader eita oita eta shob
            shobai sobai sobar kichu kisu kichui kono kothay kothai keno kemon kivabe kibhabe kobe kokhon
            jokhon tokhon ekhon akhon ekhono akhono ekhane okhane ekta akta ekti ektu ekbar ekbaro duita
            duibar tinta onek anek khub khubi valo bhalo vlo kharap achhe ache chilo silo chhilo hoyni hoye
            hoise hoiche hoyeche hocche hosse hobe hobena hoilo holo korlam korsi korchi korechi koresi
            korte korben korun koren korar korbo koreche korse korbe korle parchi parsi parben parina parbo
            dilam dilen diben diyeche diye dise dicche dewar debo dibo deya jacche jasse jawar giye giya
            gese geche gelam ashe ashbe ashlo asche asbe ashen eseche paisi peyechi pelam pabo paite gechi
            thake theke thaka thekei jonno jonyo moddhe modhye shathe sathe kintu arekta karon jodi tahole
            tarpor tarpore abar agey agei porer bochor bochorer maash somoy shomoy takar bhai vai vaiya
            bhaiya dhonnobad dhonyobad lagbe laglo lagse bolen bollam boilam bolben bolse boleche bujhte
            janen janina jene jigges ferot noyto noito koyekbar khabar manush dokan kinlam kinsi kinechi
            sundor chhi thik nosto shudhu sudhu ghonta ghontar dhore dhori puran notun onno bacchader rakhen
            rakhe khola dekhay dekhi dekhbo dekhte lekha likhe niye nijer nijerai chole barir kotha lokjon
            meye amra tomader unake keu
            """,
        endings="chhe cche chilo echi chhi iyeche tesi tese tase aichi aise oise chhen iben oben lam bena eche",
        weak="""
            er ta te ki o na e r por age keu kore kono hoy nai nei taka bole lage bari lok gele asha nah ar
            aro tai din mash mas gulo gula ke je to jay jan aj kal nen den dey khola
            """,
    ),
    "hi-Latn": _romanised(
        strong="""
            hai hain nahi nahin nhi kya kyu kyun kyon kaise kahan kab aur mera mujhe hamara hamari hamein
            humein aap aapka aapki aapke yeh woh kuch bahut bohot accha acha achha rahi rahe karo karna
            karke kiya kiye gaya gayi gaye diya diye sakta sakte sakti chahiye abhi phir bhi sirf paisa
            paise wapas vapas yahan wahan baar saal mahine kripya dhanyavad matlab apna apni apne wala wali
            wale lekin magar agar hua liye
            """,
        endings="unga ungi iye",
        weak="""
            ka ke ki ko se me mein par to ho na ye wo ji tha thi the bhai
            """,
    ),
}


def family_evidence(family: Family, words: Sequence[str]) -> dict[str, float]:
    """Return for each language of the family the log odds that its words and spellings add."""
    logits = {language: family.priors.get(language, 0.0) for language in family.languages}
    for word in words:
        for language in family.words.get(word, ()):
            logits[language] += _WORD_WEIGHT
    joined = " ".join(words)
    for pattern, languages in family.spellings:
        if found := len(pattern.findall(joined)):
            for language in languages:
                logits[language] += _SPELLING_WEIGHT * found
    return logits


def romanised_evidence(words: Sequence[str]) -> dict[str, float]:
    """Count for each romanised language the words that are its own, see `Romanised.hits_in`."""
    return {language: marks.hits_in(words) for language, marks in ROMANISED.items()}
