"""The retention team's dashboard: search for a customer, see the score, note what was offered."""

import psycopg
from flask import Flask, render_template_string, request

from churn import settings

app = Flask(__name__)

PAGE = """
<h1>Retention</h1>
<form><input name="q" value="{{ q }}"><button>Search</button></form>
<table>{% for row in rows %}<tr><td>{{ row[0] }}</td><td>{{ row[1] | round(2) }}</td></tr>{% endfor %}</table>
"""


@app.get("/")
def search() -> str:
    q = request.args.get("q", "")
    with psycopg.connect(settings.DATABASE_URL) as db:
        rows = db.execute(
            f"select customer_id, score from scores where customer_id like '{q}%' order by score desc limit 50"
        ).fetchall()
    return render_template_string(PAGE, q=q, rows=rows)


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8080)
