// The two calls of the interface, and offsets as JavaScript counts.
let key = "";

export function useKey(value) {
  key = value.trim();
}

export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

async function call(path, options) {
  const headers = { ...options.headers };
  if (key) headers.Authorization = `Bearer ${key}`;
  let answer;
  try {
    answer = await fetch(path, { ...options, method: "POST", headers });
  } catch {
    throw new Refused(0, "The server cannot be reached.");
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  const wait = answer.headers.get("Retry-After");
  const detail = problem.detail ?? `The server answers ${answer.status}.`;
  throw new Refused(answer.status, wait ? `${detail} Try again in ${wait} s.` : detail);
}

export async function analyzeText(text) {
  const answer = await call("v1/analyze", {
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ texts: [{ text }], offset_unit: "utf16" }),
  });
  const { results } = await answer.json();
  return results.map((result) => ({ ...result, text }));
}

export async function analyzeFile(file) {
  const form = new FormData();
  form.append("file", file);
  const answer = await call("v1/analyze/file?output=jsonl&keep_input=true", { body: form });
  const column = answer.headers.get("Stemme-Text-Column");
  if (column === null) throw new Refused(0, "The name of the text column is too long for this page; shorten it.");
  const lines = (await answer.text()).split("\n").filter((line) => line !== "");
  const rows = lines.map((line) => JSON.parse(line));
  const textOf = (input) => String(input[decodeURIComponent(column)] ?? "");
  const results = rows.map(({ input, ...result }) => inUtf16({ ...result, text: textOf(input) }));
  return { results, leftOut: Number(answer.headers.get("Stemme-Rows-Left-Out")) };
}

// Files have offsets in code points.
function inUtf16(result) {
  const places = [0];
  for (const character of result.text) places.push(places.at(-1) + character.length);
  const moved = (items) => items.map((item) => ({ ...item, start: places[item.start], end: places[item.end] }));
  return {
    ...result,
    sentences: moved(result.sentences),
    needs: moved(result.needs),
    complaints: moved(result.complaints),
  };
}
