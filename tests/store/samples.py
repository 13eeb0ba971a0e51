"""Model texts in the styles that people and programs write."""

DESIGN = """\
# yaml-language-server: $schema=mantlet.json

mantlet: 1
system: {name: Churn predictor, owner: data-platform, business: {criticality: high}}   # ours
parties: {cloud: {role: processor, region: eu}}

# what matters
data:
  customers: {name: Customer records, personal: [name, email], subjects: {who: customers, count: 120000}}
  weights:   {name: Model weights, type: model, derived_from: {customers: train}}   # the model

boundaries:          # `in:` nests
  internet: {type: network}
  # the account
  vpc:      {type: network, name: "Cloud 'account'"}

elements:
  app:   {type: user, in: [internet]}
  # the API
  api:
    type: inference-service     # runs in the cluster
    in: [vpc]

    # nobody looked at the rest
    facts: {rate_limited: no}
    code:
      - src/api/**      # all of it
      - 'src/common/*'
  model: {type: model-artifact, in: [vpc], holds: {weights: {retention: P1Y}}}

flows:
  predict: {from: app, to: api, data: [customers], facts: {protocol: https}}
  load:    {from: model, to: api, data: [weights], opened_by: api}
decisions:
  X@load: {treatment: mitigate, reason: 'moving: soon', due: 2027-01-31}

threats: {}        # none yet
assumptions: [The cloud account's admins are trusted.]
# the end
"""

BLOCKS = """\
mantlet: 1
system:
  name: >-
    A folded
    name
  description: |
    Two lines

    and a third

elements:
    a:
        type: process
        description: plain text
            over two lines
        in:
        - x
        - "y"    # quoted
        facts:
            logged: yes
    b:
        type: data-store
        x-foreign:
            zoom: 1.5
            nested: [1, {deep: null}]
flows:
    f:
        from: a
        to: b
        data: [
            one,   # first
            two
        ]
reviews:
    - by: lee
      on: 2026-01-01
    - {by: ana, on: 2026-02-02}
assumptions:
-   first one
-
  - nested
"""

COMPACT = "{mantlet: 1, elements: {a: {type: process}, b: {type: data-store}}, flows: {f: {from: a, to: b}}}"

ANCHORED = """\
mantlet: 1
elements:
  a: &base {type: process, facts: &facts {logged: yes}}
  b: *base
  c:
    type: process    # third
    facts: *facts
"""

ODD = """\
---
? mantlet
: 1
system:
elements:
  a:
  "b": {type: process,}
  c: {type: process, facts: {logged: }, in: []}
...
# after the end
"""

CRLF = DESIGN.replace("\n", "\r\n")
NO_END = "mantlet: 1\nelements:\n  a: {type: process}\n  b:\n    type: process # last"
JSON = '{"mantlet": 1, "elements": {"a": {"type": "process", "facts": {"logged": true, "n": 1.50}}}, "x-y": {"z": null}}\n'

KEPT = "system:\n  description: |+\n    x\n\n\nelements:\n  a: {type: x}\n# tail\n...\n"
WIDE = "  mantlet: 1\n  elements: {\n a: {type: x},\n # c\n b: {type: y} # d\n}\n  flows: {}\n"
NESTED = "elements:\n  a:\n   - - x\n     - y\n   - {z: 1}\n   -   q: 1\n       r: 2\n"
BARE = "# only a comment\n"

ALL = {
    "design": DESIGN, "blocks": BLOCKS, "compact": COMPACT, "anchored": ANCHORED, "odd": ODD, "crlf": CRLF, "no_end": NO_END, "json": JSON,
    "cr": DESIGN.replace("\n", "\r"), "kept": KEPT, "wide": WIDE, "nested": NESTED, "bare": BARE, "empty": "",
}  # fmt: skip
