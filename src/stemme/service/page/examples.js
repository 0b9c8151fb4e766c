// Texts of the project's own sample, one to three a language.
export const EXAMPLES = [
  { lang: "te", name: "తెలుగు", english: "Telugu", text: "అయ్యా, వడ్డీ రేటు తగ్గిందని పేపర్లో చదివాను. నా EMI ఎందుకు తగ్గలేదో వివరిస్తూ ఒక లెక్క పంపగలరు. అలాగే మిగిలిన 84 వాయిదాల పట్టిక కూడా కావాలి." },
  { lang: "bn", name: "বাংলা", english: "Bengali", text: "আট বছরে একটা দাবিও করিনি, একবারও কেউ জানতে চাননি বাড়িতে কে বুড়ো হল, কে নতুন এল। এখন দেখি মায়ের বয়স পেরিয়ে গেছে, আর নতুন কভার মিলবে না। এমন একজন দরকার যে বছরে একবার পুরো পরিবারটা নিয়ে বসবে।" },
  { lang: "nb", name: "Norsk", english: "Norwegian", text: "Hei, etter at dere byttet sentral hos oss før jul, faller nettet ut hver kveld mellom åtte og ti. Jeg har ringt tre ganger og får bare høre at linja «ser fin ut». Jeg ønsker at en tekniker kommer hjem til oss og måler mens det skjer, og at vi slipper å betale for desember." },
  { lang: "et", name: "Eesti", english: "Estonian", text: "Klient selgitab, et laps läheb sügisel Tartusse õppima ja vanaisa kolib nende juurde. Ootab, et talle pakutaks kogu pere jaoks uut lahendust enne kolimist, mitte kolme eraldi paketti hiljem." },
  { lang: "zh", name: "中文", english: "Chinese", text: "贵司售后响应一向及时，当天来人当天修好。\n但五年了，每次都是坏了才来，从没有人看看我们库房为什么一到梅雨季就烧压缩机。\n建议派工程师做一次整体评估，并给出后三年的更换计划。" },
];
