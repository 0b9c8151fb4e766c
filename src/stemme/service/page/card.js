// One result as an item of the list: orientation, evidence, balance, text, mentions.
import { drawn, element } from "./dom.js";

export function evidenceOf(result) {
  if (result.orientation === "neither") return null;
  const frames = result.orientation === "mixed" ? ["centric", "focused"] : [result.orientation];
  const speaking = result.sentences.filter((sentence) => frames.includes(sentence.frame));
  return speaking.reduce((best, sentence) => (best && best.score >= sentence.score ? best : sentence), null);
}

function languageName(tag) {
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(tag);
  } catch {
    return tag;
  }
}

export const langName = (tag) => (tag === "und" ? "unknown language" : languageName(tag));

// An unknown language has no rules of its own; an empty tag says so.
const langTag = (tag) => (tag === "und" ? "" : tag);

function balanceBar(result) {
  if (result.balance === null) {
    return element("p", { class: "balance" }, "No balance: no sentence is centric or focused.");
  }
  const share = 50 * Math.abs(result.balance);
  const number = result.balance.toFixed(2).replace("-", "−");
  const label = `Balance ${number}, from −1 (all focused) to 1 (all centric)`;
  const shape = drawn(
    "svg",
    { viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": label },
    drawn("rect", { class: "track", x: 0, y: 2, width: 100, height: 6 }),
    drawn("rect", {
      class: `bar ${result.balance < 0 ? "focused" : "centric"}`,
      x: result.balance < 0 ? 50 - share : 50,
      y: 2,
      width: share,
      height: 6,
    }),
    drawn("rect", { class: "zero", x: 49.8, y: 0, width: 0.4, height: 10 }),
  );
  const ends = element(
    "div",
    { class: "ends", "aria-hidden": "true" },
    element("span", {}, "focused"),
    element("span", {}, `balance ${number}`),
    element("span", {}, "centric"),
  );
  return element("div", { class: "balance" }, shape, ends);
}

const covers = (item, start, end) => item.start <= start && item.end >= end;

// The text of a stretch in pieces, cut wherever a need or a complaint begins or ends.
function marked(result, start, end) {
  const mentions = [...result.needs, ...result.complaints];
  const cuts = mentions.flatMap((item) => [item.start, item.end]).filter((place) => place > start && place < end);
  const places = [...new Set([start, ...cuts, end])].sort((a, b) => a - b);
  return places.slice(0, -1).map((from, index) => {
    const to = places[index + 1];
    const need = result.needs.find((item) => covers(item, from, to));
    const complaint = result.complaints.find((item) => covers(item, from, to));
    const piece = result.text.slice(from, to);
    if (!need && !complaint) return piece;
    const classes = [need && "need", complaint && `complaint severity-${complaint.severity}`].filter(Boolean);
    const titles = [
      need && `need: ${need.topic}`,
      complaint && `complaint: ${complaint.topic}, severity ${complaint.severity}`,
    ].filter(Boolean);
    return element("span", { class: classes.join(" "), title: titles.join("; ") }, piece);
  });
}

function wholeText(result) {
  const shown = element("div", { class: "text", lang: langTag(result.lang), dir: "auto" });
  let place = 0;
  for (const sentence of result.sentences) {
    shown.append(...marked(result, place, sentence.start));
    const said = element("span", { class: "quiet", lang: "en" }, `[${sentence.frame}] `);
    const title = sentence.dimension ? `${sentence.frame}: ${sentence.dimension}` : sentence.frame;
    const pieces = marked(result, sentence.start, sentence.end);
    shown.append(element("span", { class: `sentence ${sentence.frame}`, title }, said, ...pieces));
    place = sentence.end;
  }
  shown.append(...marked(result, place, result.text.length));
  return shown;
}

function mention(item, result) {
  const complaint = "severity" in item;
  const classes = complaint ? `kind complaint severity-${item.severity}` : "kind need";
  const label = complaint ? `Complaint, severity ${item.severity} of 3` : "Need";
  return element(
    "li",
    {},
    element("span", { class: classes }, label),
    `, ${item.topic}: `,
    element("q", { lang: langTag(result.lang), dir: "auto" }, result.text.slice(item.start, item.end)),
  );
}

export function card(result) {
  const evidence = evidenceOf(result);
  const complaints = [...result.complaints].sort((a, b) => b.severity - a.severity);
  const mentions = [...complaints, ...result.needs].map((item) => mention(item, result));
  const item = element(
    "li",
    { class: result.orientation },
    element(
      "div",
      { class: "row" },
      element("h3", { class: "badge" }, result.orientation),
      element("span", { class: "meta" }, `${langName(result.lang)} · row ${result.id}`),
    ),
  );
  if (evidence) {
    const quoted = result.text.slice(evidence.start, evidence.end);
    const why = evidence.dimension ? `${evidence.frame}, by its ${evidence.dimension}` : evidence.frame;
    item.append(
      element("blockquote", { lang: langTag(result.lang), dir: "auto", class: evidence.frame }, quoted),
      element("p", { class: "meta" }, `Evidence: ${why}, score ${evidence.score.toFixed(2)}`),
    );
  }
  item.append(balanceBar(result), wholeText(result));
  if (mentions.length) item.append(element("ul", { class: "mentions" }, ...mentions));
  return item;
}
