"use strict";
// Shows the texts behind the number whose address is in the location, a page of them at a time.
const PAGE = 50;
const { texts, names } = JSON.parse(document.getElementById("data").textContent);
const list = document.getElementById("list");
const more = document.getElementById("more");
const all = document.getElementById("all");
const status = document.getElementById("shown");
let found = [];

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function passes(text, filters) {
  const mention = ["kind", "topic", "severity"].filter((key) => filters.has(key));
  for (const [key, value] of filters) {
    if (mention.includes(key)) continue;
    const own = key in text.keys ? text.keys[key] : text[key];
    if (String(own) !== value) return false;
  }
  return mention.length === 0 || text.mentions.some(([kind, topic, severity]) => {
    const of = { kind, topic, severity };
    return mention.every((key) => String(of[key]) === filters.get(key));
  });
}

function shown(text) {
  const item = element("li");
  const body = element("p", undefined, { lang: text.lang, dir: "auto" });
  for (const [piece, number] of text.parts) {
    if (number === null) {
      body.append(piece);
      continue;
    }
    const [kind, topic, severity] = text.mentions[number];
    const mark = element("mark", piece, { "data-is": kind === "need" ? "needs" : severity });
    mark.append(element("small", kind === "need" ? `need: ${topic}` : `${topic} ${severity}`, { lang: "en" }));
    body.append(mark);
  }
  const about = [text.id, text.lang, text.orientation].filter(Boolean);
  for (const value of Object.values(text.keys)) if (value !== null) about.push(value);
  const line = element("small");
  line.append(element("i", undefined, { class: "key", "data-is": text.orientation }), about.join(" · "));
  item.append(body, line);
  return item;
}

function showMore() {
  const from = list.children.length;
  list.append(...found.slice(from, from + PAGE).map(shown));
  more.hidden = list.children.length >= found.length;
  if (from > 0) list.children[from].scrollIntoView({ block: "nearest" });
}

function show() {
  const address = location.hash.slice(1);
  if (address !== "texts" && !address.includes("=")) return;
  const filters = new URLSearchParams(address === "texts" ? "" : address);
  found = texts.filter((text) => passes(text, filters));
  list.replaceChildren();
  const said = [...filters].map(([key, value]) => `${names[key] ?? key}: ${value}`).join(", ");
  status.textContent = `${found.length} ${found.length === 1 ? "text" : "texts"}${said && `, ${said}`}`;
  all.hidden = filters.size === 0;
  showMore();
  const section = document.getElementById("texts");
  section.scrollIntoView();
  section.focus({ preventScroll: true });
}

more.addEventListener("click", showMore);
window.addEventListener("hashchange", show);
show();
