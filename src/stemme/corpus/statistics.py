"""The counts of the corpora, as the dataset card gives them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from stemme.corpus.records import Record, language_group
from stemme.labels import DOMAINS, FRAMES, MENTION_KINDS, ORIENTATIONS, SEVERITIES, TOPICS

Row = tuple[str, list[str]]


def table(records: Iterable[Record]) -> str:
    """Return Markdown: a row a count, a column a language, variants (nn, te-Latn …) under their own."""
    groups: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        groups[language_group(record.lang)].append(record)
    languages = sorted(groups)
    columns = [_counts(groups[lang]) for lang in languages]
    rows = [f"| | {' | '.join(languages)} |", f"|---|{'---:|' * len(languages)}"]
    rows += [f"| {name} | {' | '.join(column[name] for column in columns)} |" for name in columns[0]] if columns else []
    return "\n".join(rows)


def _counts(records: Sequence[Record]) -> dict[str, str]:
    comments = [record for record in records if record.kind == "comment"]
    mentions = [mention for record in records for mention in record.mentions]
    sentences = [sentence for record in records for sentence in record.sentences]
    topics = Counter(mention.topic for mention in mentions)
    domains = Counter(record.domain for record in records)
    counts = {
        "comments": f"{len(comments)}",
        "documents": f"{len(records) - len(comments)}",
        "of a variant": f"{sum(r.lang == 'nn' or '-' in r.lang for r in records)}",
        "sentences": f"{len(sentences)}",
    }
    for orientation in ORIENTATIONS:
        counts[f"comments {orientation}"] = _share(sum(r.orientation == orientation for r in comments), len(comments))
    for frame in FRAMES:
        counts[f"sentences {frame}"] = _share(sum(s.frame == frame for s in sentences), len(sentences))
    counts["comments without need or complaint"] = _share(sum(not r.mentions for r in comments), len(comments))
    for kind in MENTION_KINDS:
        counts[f"{kind}s"] = f"{sum(m.kind == kind for m in mentions)}"
    counts |= {f"mentions about {topic}": f"{topics[topic]}" for topic in TOPICS}
    counts["rarest topic"] = "{} {}".format(*min(((t, topics[t]) for t in TOPICS), key=lambda item: item[1]))
    counts["severity 1 / 2 / 3"] = " / ".join(str(sum(m.severity == s for m in mentions)) for s in SEVERITIES)
    for frame in FRAMES:
        counts[f"{frame} sentences with a mention"] = _with_mention(records, frame)
    counts["traps"] = _share(sum(r.trap for r in records), len(records))
    counts["minimal pairs"] = f"{len({r.pair for r in records if r.pair})}"
    splits = Counter(record.split for record in records)
    counts["train / dev / test"] = " / ".join(str(splits[split]) for split in ("train", "dev", "test"))
    counts["domains"] = f"{sum(domains[d] > 0 for d in DOMAINS)} of {len(DOMAINS)}"
    counts["rarest domain"] = "{} {}".format(*min(((d, domains[d]) for d in DOMAINS), key=lambda item: item[1]))
    return counts


def _with_mention(records: Sequence[Record], frame: str) -> str:
    chosen = [(r, s) for r in records for s in r.sentences if s.frame == frame]
    return _share(sum(any(s.start <= m.start < s.end for m in r.mentions) for r, s in chosen), len(chosen))


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "0%"
