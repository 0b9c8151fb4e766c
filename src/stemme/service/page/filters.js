// Which results are shown.
import { langName } from "./card.js";
import { byId, element } from "./dom.js";

const NAMES = ["orientation", "lang", "topic", "kind", "words"];
const fields = Object.fromEntries(NAMES.map((name) => [name, byId(`filter-${name}`)]));

function offer(select, values, label) {
  const any = select.options[0];
  const options = [...new Set(values)].sort().map((value) => element("option", { value }, label(value)));
  select.replaceChildren(any, ...options);
}

export function reset(results) {
  for (const field of Object.values(fields)) field.value = "";
  offer(fields.lang, results.map((result) => result.lang), langName);
  const mentions = results.flatMap((result) => [...result.needs, ...result.complaints]);
  offer(fields.topic, mentions.map((item) => item.topic), String);
}

export function passes(result) {
  const { orientation, lang, topic, kind, words } = fields;
  const about = (item) => !topic.value || item.topic === topic.value;
  const needs = result.needs.filter(about);
  const complaints = result.complaints.filter(about);
  return (
    (!orientation.value || result.orientation === orientation.value) &&
    (!lang.value || result.lang === lang.value) &&
    (!topic.value || needs.length + complaints.length > 0) &&
    holds(kind.value, needs, complaints) &&
    result.text.toLowerCase().includes(words.value.trim().toLowerCase())
  );
}

function holds(kind, needs, complaints) {
  if (kind === "") return true;
  if (kind === "need") return needs.length > 0;
  return complaints.some((item) => item.severity >= Number(kind));
}
