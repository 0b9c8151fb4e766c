// What the keys, buttons and fields of the page do.
import { analyzeFile, analyzeText, useKey } from "./api.js";
import { card } from "./card.js";
import { byId, element } from "./dom.js";
import { csv, jsonLines, save } from "./download.js";
import { EXAMPLES } from "./examples.js";
import { passes, reset } from "./filters.js";

const PAGE = 50;
const text = byId("text");
const state = { results: [], shown: [], cards: 0, busy: false, stem: "comment" };

const counted = (number, name) => `${number} ${name}${number === 1 ? "" : "s"}`;

function say(message) {
  byId("status").textContent = message;
}

function fail(error) {
  say("");
  const needsKey = error.status === 401;
  if (needsKey) byId("key-field").hidden = false;
  byId("error").textContent = error.message;
  byId("error").hidden = false;
  if (needsKey) byId("key").focus();
}

async function during(message, work) {
  if (state.busy) return;
  state.busy = true;
  byId("analyze").disabled = true;
  byId("error").hidden = true;
  useKey(byId("key").value);
  say(message);
  try {
    await work();
  } catch (error) {
    fail(error);
  } finally {
    state.busy = false;
    byId("analyze").disabled = false;
  }
}

function show(results, stem, leftOut = 0) {
  Object.assign(state, { results, stem });
  reset(results);
  byId("results").hidden = false;
  list();
  const missing = leftOut ? ` ${counted(leftOut, "row")} could not be analysed.` : "";
  const [first] = results;
  const held = first && `${counted(first.needs.length, "need")}, ${counted(first.complaints.length, "complaint")}`;
  const one = first && `The text is ${first.orientation}: ${held}.`;
  say((results.length === 1 ? one : `${results.length} texts analysed.`) + missing);
  byId("results").focus();
}

function list() {
  state.shown = state.results.filter(passes);
  state.cards = 0;
  byId("list").replaceChildren();
  byId("count").textContent = `${state.shown.length} of ${state.results.length} shown`;
  more();
}

function more() {
  byId("list").append(...state.shown.slice(state.cards, state.cards + PAGE).map(card));
  state.cards = Math.min(state.cards + PAGE, state.shown.length);
  byId("more").hidden = state.cards >= state.shown.length;
}

function analyzeComment() {
  if (!text.value.trim()) {
    fail(new Error("Write or paste a comment first."));
    text.focus();
    return;
  }
  during("Analysing…", async () => show(await analyzeText(text.value), "comment"));
}

function analyzeExport(file) {
  during(`Analysing ${file.name}…`, async () => {
    const { results, leftOut } = await analyzeFile(file);
    show(results, file.name.replace(/\.[^.]*$/, ""), leftOut);
  });
}

byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const file = byId("file").files[0];
  if (!text.value.trim() && file) analyzeExport(file);
  else analyzeComment();
});
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) analyzeComment();
});
text.addEventListener("input", () => text.removeAttribute("lang"));
byId("clear").addEventListener("click", () => {
  text.value = "";
  text.removeAttribute("lang");
  byId("file").value = "";
  byId("error").hidden = true;
  say("");
  text.focus();
});

for (const { lang, name, english, text: example } of EXAMPLES) {
  const button = element("button", { type: "button", class: "plain", lang, title: english }, name);
  button.addEventListener("click", () => {
    text.value = example;
    text.lang = lang;
    analyzeComment();
  });
  byId("examples").append(button);
}

const drop = byId("drop");
byId("file").addEventListener("change", (event) => {
  if (event.target.files[0]) analyzeExport(event.target.files[0]);
});
// A file that misses the field would otherwise replace the page.
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
document.addEventListener("dragleave", () => drop.classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  const file = event.dataTransfer.files[0];
  if (file) analyzeExport(file);
});

byId("filters").addEventListener("input", list);
byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("more").addEventListener("click", () => {
  const next = state.cards;
  more();
  const first = byId("list").children[next];
  first.tabIndex = -1;
  first.focus();
});
byId("download-jsonl").addEventListener("click", () => {
  save(`${state.stem}.stemme.jsonl`, "application/x-ndjson", jsonLines(state.shown));
});
byId("download-csv").addEventListener("click", () => {
  save(`${state.stem}.stemme.csv`, "text/csv;charset=utf-8", csv(state.shown));
});
