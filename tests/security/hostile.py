"""Files that somebody made to break the reader, with what must be said about each and where."""

import json

LONG = "9" * 5000
BOMB = "x-a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"x-{new}: &{new} [{','.join(['*' + old] * 10)}]\n" for old, new in zip("abcdefg", "bcdefgh", strict=True)
)

MALFORMED = {
    "empty": ("", "the file is empty", ""),
    "comment": ("# nothing\n", "the file is empty", ""),
    "null": ("~\n", "the file is empty", ""),
    "list": ("- a\n", "expected a mapping", "1:1"),
    "scalar": ("hello\n", "expected a mapping", "1:1"),
    "binary": ("\x7fELF\x01\x02", "U+007F is not allowed", "1:1"),
    "indentation": ("mantlet: 1\n elements:\n", "a second ': '", "2:10"),
    "tab": ("mantlet: 1\nelements:\n\ta: b\n", "a tab", "3:1"),
    "open brace": ("{", "a key in double quotes", "1:2"),
    "open bracket": ("[", "a value is expected", "1:2"),
    "open quote": ('"', "the file ends inside quotes", "1:1"),
    "second document": ("mantlet: 1\n---\nmantlet: 1\n", "a second document", "2:1"),
    "foreign yaml version": ("%YAML 9.9\n---\nmantlet: 1\n", "version of YAML", "1:1"),
    "tag": ('mantlet: 1\nsystem: !!python/object/apply:os.system ["id"]\n', "the tag", "2:9"),
    "merge key": ("mantlet: 1\nx-y: &a {b: 1}\nsystem: {<<: *a}\n", "merge keys", "3:10"),
    "list as key": ("? [a]\n: 1\n", "cannot be a key", "1:3"),
    "NUL": ('mantlet: 1\nsystem: {name: "a\x00b"}\n', "U+0000 is not allowed", "2:18"),
    "duplicate key": ("mantlet: 1\nsystem: {name: a}\nsystem: {name: b}\n", "'system' is there twice", "3:1"),
    "duplicate key in JSON": ('{"mantlet": 1, "system": {"name": "a", "name": "b"}}', "'name' is there twice", "1:40"),
    "duplicate key, escaped": ('{"mantlet": 1, "system": {"name": "a", "n\\u0061me": "b"}}', "'name' is there twice", "1:40"),
    "deep": ("a: " + "[" * 5000, "nested deeper than 64", "1:67"),
    "deep JSON": ('{"x-a":' + "[" * 100_000 + "]" * 100_000 + "}", "nested deeper than 64", "1:1"),
    "deep JSON without an end": ('{"a":' * 50_000, "nested deeper than 64", "1:1"),
    "alias bomb": (BOMB, "more than 5,000,000 values", "7:19"),
    "surrogate in JSON": ('{"mantlet":1,"system":{"name":"\\ud800"}}', "half of a surrogate", "1:32"),
    "surrogate as a key": ('{"mantlet":1,"system":{"x-\\udfff":1}}', "half of a surrogate", "1:27"),
    "surrogate in YAML": ('mantlet: 1\nsystem: {name: "\\ud800"}\n', "invalid Unicode", "2:16"),
    "huge number": ('{"mantlet":1,"x-n":' + LONG + "}", "thousands of digits", "1:1"),
    "huge version": (f"mantlet: {LONG}\n", "expected 1, found '999", "1:10"),
    "not a number": ('{"mantlet":1,"x-a":NaN}', "NaN is no number", "1:20"),
    "infinity": ('{"mantlet":1,"agents":{"a":{"skill":1e999}}}', "1e999 is no number", "1:37"),
    "not a score": ("mantlet: 1\nagents: {a: {skill: .nan}}\n", "from 0 to 9, found '.nan'", "2:21"),
    "type as a list": ("mantlet: 1\nelements: {a: {type: [process]}}\n", "expected text, found a list", "2:22"),
    "newer version": ("mantlet: 2\n", "expected 1, found '2'", "1:10"),
    "boundary cycle": ("boundaries:\n  a: {type: network, in: b}\n  b: {type: network, in: a}\n", "boundaries inside themselves", "3:26"),
    "boundary in itself": ("boundaries:\n  a: {type: network, in: a}\n", "boundaries inside themselves", "2:26"),
    "element in itself": ("elements:\n  a: {type: process, parent: a}\n", "parts of themselves", "2:30"),
    "data of itself": ("data:\n  a: {derived_from: {a: copy}}\n", "data made of itself", "2:21"),
    "flow to nowhere": ("elements: {a: {type: process}}\nflows: {f: {from: a, to: zz}}\n", "unknown element 'zz'", "2:26"),
    "flow to itself": ("elements: {a: {type: process}}\nflows: {f: {from: a, to: a}}\n", "a flow from an element to itself", "2:26"),
    "unknown fact": ("elements: {a: {type: process, facts: {encryptd: yes}}}\n", "unknown fact 'encryptd'", "1:39"),
    "unknown pack": ("catalogue: {packs: [nope]}\n", "unknown pack 'nope'", "1:21"),
    "unreadable rating": ("decisions: {MODEL-DESERIALISE@x: {treatment: avoid, rating: SL:99}}\n", "'SL:99' is not a factor", "1:61"),
    "no such day": ("reviews: [{by: a, on: 2026-13-45}]\n", "there is no day 2026-13-45", "1:23"),
    "id with markup": ('elements: {"<script>": {type: process}}\n', "characters that ids cannot have", "1:12"),
    "id that climbs": ('elements: {"../../etc/passwd\\n": {type: process}}\n', "characters that ids cannot have", "1:12"),
    "endless id": (json.dumps({"elements": {"a" * 10_000: {"type": "process"}}}), "an id of 10,000 characters", "1:15"),
    "endless name": (json.dumps({"system": {"name": "n" * 10_000}}), "a name of 10,000 characters", "1:21"),
    "endless line": ("k" * 200_000 + ": 1\n", "a key of more than 1,024 characters", "1:200001"),
    "include of a folder": ('include: ["."]\n', "there is no file '.'", "1:11"),
    "include of nothing": ('include: [""]\n', "there is no file ''", "1:11"),
    "include that climbs": ("include: [../../../../etc/passwd]\n", "lies outside the project", "1:11"),
    "include by root": ("include: [/etc/passwd]\n", "lies outside the project", "1:11"),
    "include of a web page": ('include: ["https://x.y/z"]\n', "there is no file", "1:11"),
    "include with NUL": ('include: ["a\\0b"]\n', "NUL characters", "1:11"),
    "include with an endless name": (f"include: [{'a' * 1000}]\n", "there is no file", "1:11"),
    "include with an endless path": (f"include: [{'a/' * 4000}b]\n", "there is no file", "1:11"),
    "include of itself": ("include: [m.yaml]\n", "files include each other", "1:11"),
}  # fmt: skip
BYTES = {
    "latin-1": (b"mantlet: 1\nsystem: {name: caf\xe9}\n", "not UTF-8 text (byte 0xe9)", "2:19"),
    "UTF-16": ("mantlet: 1\n".encode("utf-16"), "not UTF-8 text (byte 0xff)", "1:1"),
    "surrogate bytes": (
        b'{"mantlet":1,"system":{"name":"\xed\xa0\x80"}}',
        "not UTF-8 text (byte 0xed)",
        "1:32",
    ),
}
FILES = {name: (text.encode(), *rest) for name, (text, *rest) in MALFORMED.items()} | BYTES

COMMANDS = {
    "validate": ["validate", "m.yaml"],
    "risks": ["risks", "m.yaml"],
    "risks --json": ["risks", "m.yaml", "--json"],
    "risks --summary": ["risks", "m.yaml", "--summary"],
    "threats": ["threats", "m.yaml"],
    "threats --json": ["threats", "m.yaml", "--json"],
    "threats --considered": ["threats", "m.yaml", "--considered"],
    "explain": ["explain", "MODEL-DESERIALISE@x", "m.yaml"],
    "diagram": ["diagram", "m.yaml"],
    "diagram -o": ["diagram", "m.yaml", "-o", "out.svg"],
    "report": ["report", "m.yaml", "-o", "out.html", "-o", "out.csv"],
    "ask": ["ask", "m.yaml", "--answer", "encrypted@x=yes"],
    "decide": ["decide", "MODEL-DESERIALISE@x", "mitigate", "m.yaml"],
}
"""Every command that reads a model, as it is told to read `m.yaml`."""

NAMES = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '" onload="alert(1)', "javascript:alert(1)", "]]>", "<!-- x", "<![CDATA[x", "&lt;b&#x41;",
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\n=1", " =1", "＝1+1", "#set page(width: 1pt)", "#{1+1}", '#read("/etc/passwd")', "$x$",
    "*bold* _it_ `c` ~s~", "[x](javascript:alert(1))", "![x](https://e.invalid/x.png)", "https://e.invalid/x", "www.e.invalid", "| a | b |", "```\nx", "1. x",
    "# h", "- x", "> q", "---", "=== x", "@everyone", "line1\nline2", "\r", "\r\n x", "\u2028\u2029\x85", "\u202egnp.exe", "\u2066iso", "\x1b[31mred",
    "\x1b]0;own\x07", "\x00", "\ufeff", "\ufffe\uffff", "{{7*7}}", "{% raw %}", "${x}", "%s %d {0} {target} {}", "\\u0041 \\n \\", "C:\\x", "a\\",
    'x"]; evil', "end\nclick n1 href", "--> B[evil]", "%%{init: {}}%%", "a;b#59;", "#quot;", "@enduml", "!include /etc/passwd", "!$x = 1", "<<x>>", "{", "}",
    "😀", "👨‍👩‍👧", "a" + "\u0301" * 30, "مرحبا", "漢字かな", "می‌خواهم", " ", "", "null", "yes", "1e5", "0x1", "12:30", "[bold]x[/bold]", "[/x]", ":smile:", "n" * 500,
]  # fmt: skip
"""What people who mean harm write."""
CALLED = [name if name.strip() else "" for name in NAMES]
"""What they call things."""


def hostile_model():
    """Return a model, as plain data, in which every text is one of the names."""
    count = len(NAMES)
    pick = [NAMES[(7 * row) % count] for row in range(count)]
    data, elements, flows, boundaries = {}, {}, {}, {}
    kinds = ["process", "database", "inference-service", "user", "training-job", "model-artifact"]
    for row, _name in enumerate(NAMES):
        other = pick[row]
        called = CALLED[row]
        boundaries[f"b{row}"] = {"type": "private-network", "name": called, "description": other}
        data[f"d{row}"] = {
            "name": called, "description": other, "personal": [other], "purpose": other, "legal_basis": other, "retention": other, "subjects": {"who": other},
        }  # fmt: skip
        elements[f"e{row}"] = {
            "type": kinds[row % len(kinds)], "name": called, "description": other, "in": [f"b{row}"], "holds": {f"d{row}": {"retention": other, "region": other}},
            "out_of_scope": other if row % 17 == 3 else "", "operated_by": "p" if row % 5 == 0 else "us",
        }  # fmt: skip
        flows[f"f{row}"] = {
            "from": f"e{row}", "to": f"e{(row + 1) % count}", "name": called, "description": other, "data": [f"d{row}"], "facts": {"protocol": other},
        }  # fmt: skip
    return {
        "mantlet": 1,
        "system": {"name": NAMES[0] + NAMES[8], "owner": NAMES[9], "description": "\n".join(NAMES), "version": NAMES[16]},
        "parties": {"p": {"name": NAMES[1], "region": NAMES[10]}},
        "data": data, "boundaries": boundaries, "elements": elements, "flows": flows,
        "sequences": {"s": [f"f{row}" for row in range(12)]},
        "agents": {"eve": {"name": NAMES[1], "is": "outsider", "description": NAMES[2]}},
        "threats": {f"T{row}": {"title": CALLED[row] or "-", "text": pick[row], "at": [f"e{row}"], "stride": ["spoofing"], "found_by": name} for row, name in enumerate(NAMES)},
        "decisions": {
            f"T{row}@e{row}": {"treatment": "mitigate", "reason": name, "owner": pick[row], "ticket": name} for row, name in enumerate(NAMES[::2])
        },
        "controls": {"c": {"control": "rate-limiting", "on": ["e1"], "owner": NAMES[0], "note": NAMES[8], "evidence": NAMES[16]}},
        "assumptions": NAMES,
        "reviews": [{"by": name, "on": "2026-01-01", "note": pick[row]} for row, name in enumerate(NAMES)],
    }  # fmt: skip
