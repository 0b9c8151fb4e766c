// The shown results as a file.
import { evidenceOf } from "./card.js";
import { element } from "./dom.js";

export function save(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

// Offsets go back to code points, as in every file of Stemme.
export function jsonLines(results) {
  return results.map((result) => `${JSON.stringify(inCodePoints(result))}\n`).join("");
}

function inCodePoints(result) {
  const count = (place) => [...result.text.slice(0, place)].length;
  const moved = (items) => items.map((item) => ({ ...item, start: count(item.start), end: count(item.end) }));
  return {
    ...result,
    sentences: moved(result.sentences),
    needs: moved(result.needs),
    complaints: moved(result.complaints),
  };
}

const COLUMNS = ["id", "text", "lang", "orientation", "balance", "evidence", "needs", "complaints", "worst_severity"];

// A spreadsheet runs a cell that begins like a formula; an apostrophe keeps it text.
function cell(value) {
  const plain = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? "");
  return `"${plain.replaceAll('"', '""')}"`;
}

export function csv(results) {
  const rows = results.map((result) => {
    const evidence = evidenceOf(result);
    return [
      result.id,
      result.text,
      result.lang,
      result.orientation,
      result.balance,
      evidence && result.text.slice(evidence.start, evidence.end),
      result.needs.map((item) => `${item.topic}: ${item.text}`).join(" | "),
      result.complaints.map((item) => `${item.topic} ${item.severity}: ${item.text}`).join(" | "),
      result.complaints.length ? Math.max(...result.complaints.map((item) => item.severity)) : null,
    ];
  });
  return `\ufeff${[COLUMNS, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}
