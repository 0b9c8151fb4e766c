"""Writes the files beside it, each with the tool it is named after or as that tool writes them.

    pip install pandas pyarrow xlsxwriter xlwt duckdb odfpy && python write.py

The files are kept, because what matters is what these tools wrote on one day; `test_nasty.py` knows their rows.
"""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import xlsxwriter
import xlwt
from odf import opendocument, table, text

HERE = Path(__file__).parent
COLUMNS = ["id", "rating", "comment"]
ROWS = json.loads((HERE / "rows.json").read_text("utf-8"))
ALL = ROWS["all"]


def table_of(name: str, rows: list[list[str]], encoding: str = "utf-8", above: tuple[str, ...] = (), **dialect) -> None:
    with (HERE / name).open("w", encoding=encoding, newline="") as file:
        file.writelines(above)
        csv.writer(file, **dialect).writerows([COLUMNS, *rows])


# Excel: "CSV UTF-8", "Unicode text", and CSV in the code page of a country.
table_of("excel-utf8.csv", ALL, "utf-8-sig", delimiter=";")
table_of("excel-unicode-text.csv", ALL, "utf-16", delimiter="\t")
table_of("excel-sep.csv", ALL, "utf-8-sig", ("sep=|\r\n",), delimiter="|")
table_of("excel-norway.csv", ROWS["nordic"], "cp1252", delimiter=";")
table_of("excel-china.csv", ROWS["hans"], "gb18030")
table_of("excel-taiwan.csv", ROWS["hant"], "big5")
table_of("excel-mac.csv", ALL, lineterminator="\r")
table_of("utf16-without-mark.csv", ROWS["nordic"], "utf-16-le")
table_of("tabs.tsv", ALL, delimiter="\t", quoting=csv.QUOTE_ALL)
table_of("title.csv", ALL, above=("Customer feedback, spring\n", "\n", "Exported,2026-05-01\n"))
table_of("blank-lines.csv", ALL, above=("\n", "\n"))

# Survey tools write more than one row of headings.
questions = ["Response ID", "How was it?", "Anything else?"]
codes = ['{"ImportId":"_recordId"}', '{"ImportId":"QID1"}', '{"ImportId":"QID2_TEXT"}']
table_of("qualtrics.csv", [questions, codes, *ALL], "utf-8-sig")
table_of("surveymonkey.csv", [["", "Response", "Open-Ended Response"], *ALL])

# Databases.
connection = duckdb.connect()
connection.register("feedback", pd.DataFrame(ALL, columns=COLUMNS))
for name, options in (
    ("duckdb.csv", ""),
    ("duckdb.csv.gz", ", compression gzip"),
    ("duckdb.csv.zst", ", compression zstd"),
):
    connection.execute(f"copy feedback to '{HERE / name}' (format csv{options})")
connection.execute(f"copy feedback to '{HERE / 'duckdb.parquet'}' (format parquet)")
connection.execute(f"copy feedback to '{HERE / 'duckdb-array.json'}' (array true)")
connection.execute(f"copy feedback to '{HERE / 'duckdb-lines.json'}'")
table_of("mysql.csv", ALL, quoting=csv.QUOTE_ALL, escapechar="\\", doublequote=False, lineterminator="\n")

# pandas.
frame = pd.DataFrame(ALL, columns=COLUMNS)
frame.to_csv(HERE / "pandas.csv")
frame.to_json(HERE / "pandas.jsonl", orient="records", lines=True, force_ascii=True)
frame.to_parquet(HERE / "pandas.parquet", compression="zstd")

# Support tools.
tickets = [dict(zip(COLUMNS, row, strict=True)) | {"tags": ["a", {"b": 1}]} for row in ALL]
(HERE / "zendesk.json").write_text(
    json.dumps({"count": len(tickets), "users": [], "tickets": tickets}, ensure_ascii=False, indent=2), "utf-8"
)
(HERE / "intercom.jsonl.gz").write_bytes(
    gzip.compress("".join(json.dumps(ticket) + "\n" for ticket in tickets).encode(), mtime=0)
)

# Workbooks: a title merged over the table, a second and a hidden sheet.
with xlsxwriter.Workbook(HERE / "title.xlsx", {"strings_to_formulas": False}) as book:
    hidden, sheet, other = book.add_worksheet("Setup"), book.add_worksheet("Svar"), book.add_worksheet("More")
    sheet.activate()
    sheet.set_first_sheet()
    hidden.hide()
    hidden.write(0, 0, "nothing here")
    sheet.merge_range(0, 0, 0, 2, "Tilbakemeldinger våren 2026")
    for number, row in enumerate([COLUMNS, *ALL], 2):
        sheet.write_row(number, 0, row)
    other.write_row(0, 0, ["comment", "n"])
    other.write_row(1, 0, ["another sheet", 1])
old = xlwt.Workbook()
sheet = old.add_sheet("Answers")
for number, row in enumerate([COLUMNS, *ALL]):
    for position, cell in enumerate(row):
        sheet.write(number, position, cell)
old.save(str(HERE / "old.xls"))
document = opendocument.OpenDocumentSpreadsheet()
sheet = table.Table(name="Answers")
for row in [COLUMNS, *ALL]:
    line = table.TableRow()
    for cell in row:
        element = table.TableCell(valuetype="string")
        for part in cell.split("\n"):
            element.addElement(text.P(text=part))
        line.addElement(element)
    sheet.addElement(line)
document.spreadsheet.addElement(sheet)
document.save(str(HERE / "open.ods"))

# Arrow's own stream of Parquet, with large strings and a dictionary.
arrow = pa.table({name: [row[position] for row in ALL] for position, name in enumerate(COLUMNS)})
arrow = arrow.set_column(1, "rating", arrow["rating"].dictionary_encode())
pa.parquet = __import__("pyarrow.parquet").parquet
pa.parquet.write_table(arrow, HERE / "dictionary.parquet", row_group_size=2)
