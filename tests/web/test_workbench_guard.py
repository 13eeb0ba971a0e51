"""Who is let in, from where, and what goes out with every answer."""

from __future__ import annotations

import json
import socket

import pytest

from mantlet.base.errors import UsageError
from mantlet.web import connections, events, watching
from mantlet.web.registry import Registry
from mantlet.web.security import MAX_BODY, Access, Guard, local_hosts
from tests.web.workbench import PORT, SMALL, client_of, finished, put, served, write


def ask(work, path="/api/project", method="GET", token=True, **headers):
    client = work.client
    client.cookies.clear()
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    authorization = {"Authorization": f"Bearer {work.access.token}"} if token else {"Authorization": ""}
    return client.request(method, path, headers={**authorization, **given}, follow_redirects=False)


def test_nobody_without_the_token_sees_anything(work):
    for path in (
        "/api/project",
        "/api/model",
        "/api/events",
        "/api/openapi.json",
        "/static/js/app.js",
        "/docs",
        "/nowhere",
    ):
        answer = ask(work, path, token=False)
        assert answer.status_code == 401, path
        assert answer.json()["error"]["code"] == "unauthorised"
    page = ask(work, "/", token=False)
    assert page.status_code == 401
    assert "terminal" in page.text
    assert ask(work, Authorization="Bearer " + "x" * 43).status_code == 401
    assert ask(work, Authorization="Basic " + work.access.token).status_code == 401
    assert ask(work, "/?token=wrong", token=False).status_code == 401


def test_the_token_in_the_address_becomes_a_cookie_that_scripts_cannot_read(work):
    answer = ask(work, f"/?token={work.access.token}", token=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    value = cookie.partition(";")[0]
    assert ask(work, token=False, Cookie=value).status_code == 200
    assert ask(work, "/api/changes", "POST", token=False, Cookie=value).status_code == 403
    assert ask(work, token=False, Cookie=value[:-1]).status_code == 401
    assert ask(work, token=False, Cookie="=;;=,\x7f").status_code == 401


def test_a_browser_is_opened_with_a_code_that_works_once(work):
    code = work.access.once()
    assert code != work.access.token
    assert ask(work, Authorization=f"Bearer {code}").status_code == 401
    assert ask(work, f"/?token={code}", token=False).status_code == 303
    assert ask(work, f"/?token={code}", token=False).status_code == 401


@pytest.mark.parametrize("other", ['a={"x":1, "y":2}', "a b=c d", "n=\xe9\xff", "a[b]=1", "hello", 'q="abc'])
def test_cookies_of_other_servers_on_this_machine_lock_nobody_out(work, other):
    ours = f"{work.access.cookie}={work.access.token}"
    for sent in (f"{other}; {ours}", f"{ours}; {other}"):
        assert ask(work, token=False, Cookie=sent.encode("latin-1")).status_code == 200


def test_a_link_from_elsewhere_is_asked_again_from_our_own_page_so_that_the_cookie_comes(work):
    assert 'http-equiv="refresh"' in ask(work, "/", token=False, Sec_Fetch_Site="cross-site").text
    assert 'http-equiv="refresh"' not in ask(work, "/", token=False, Sec_Fetch_Site="same-origin").text
    assert ask(work, "/", Sec_Fetch_Site="cross-site").status_code == 200


def test_two_servers_on_one_machine_have_cookies_of_their_own():
    assert Access().cookie != Access().cookie


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8451", "127.0.0.1", "127.0.0.1:80", "localhost:8452", ""]
)
def test_another_name_for_this_machine_is_refused(work, host):
    assert ask(work, Host=host).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_its_own_names_are_fine(work, host):
    assert ask(work, Host=f"{host}:{PORT}").status_code == 200


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://127.0.0.1:8452", "http://127.0.0.1.evil.example:8451", ""],
)
def test_a_page_of_another_site_is_refused(work, origin):
    assert ask(work, Origin=origin).status_code == 403
    assert ask(work, "/api/changes", "POST", Origin=origin, X_Mantlet="1").status_code == 403


def test_a_request_that_a_page_of_another_site_made_is_refused_even_without_an_origin(work):
    assert ask(work, Sec_Fetch_Site="cross-site").status_code == 403
    assert ask(work, Sec_Fetch_Site="same-site").status_code == 403
    assert ask(work, Sec_Fetch_Site="same-origin", Origin=f"http://127.0.0.1:{PORT}").status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_change_needs_a_header_that_forms_cannot_send(work, method):
    answer = ask(work, "/api/changes", method)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "header"
    assert work.text == SMALL


def test_every_answer_says_what_a_browser_may_do_with_it(work):
    for answer in (
        ask(work),
        ask(work, token=False),
        ask(work, "/nowhere"),
        ask(work, "/"),
        ask(work, "/api/diagram"),
        ask(work, Host="x"),
    ):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe-eval" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    page = ask(work, "/").headers["content-security-policy"]
    assert "'unsafe-inline'" not in page
    assert "frame-ancestors 'none'" in page
    assert ask(work).headers["cache-control"] == "no-store"


def test_the_page_and_its_files_have_their_types_and_are_not_sent_twice(work):
    page = ask(work, "/")
    assert page.headers["content-type"].startswith("text/html")
    font = ask(work, "/static/font/Inter-Regular.ttf")
    assert font.headers["content-type"] == "font/ttf"
    assert len(font.content) > 100_000
    style = ask(work, "/static/diagram/style.css")
    assert style.headers["content-type"].startswith("text/css")
    again = ask(work, "/static/diagram/style.css", If_None_Match=style.headers["etag"])
    assert again.status_code == 304
    assert not again.content


@pytest.mark.parametrize(
    "name",
    [
        "../app.py",
        "..%2fapp.py",
        "%2e%2e/app.py",
        "js/../../app.py",
        "/etc/passwd",
        "js",
        "",
        "font/../theme.py",
        "font/NOTICE.md",
        "diagram/shapes.py",
        "js\\..\\app.py",
        "con",
        "js/app.js%00.css",
        ".hidden",
        "a" * 5000,
    ],
)
def test_no_name_leads_out_of_the_folder(work, name):
    answer = ask(work, f"/static/{name}")
    assert answer.status_code in {404, 422}
    assert "mantlet" not in answer.text


def test_what_is_too_large_is_refused_before_it_is_read(work):
    big = b"[" + b" " * (MAX_BODY + 10) + b"]"
    answer = work.client.post(
        "/api/changes", content=big, headers={"X-Mantlet": "1", "Content-Type": "application/json"}
    )
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too-large"

    def pieces():
        for _ in range(40):
            yield b" " * (MAX_BODY // 32)

    answer = work.client.post(
        "/api/changes", content=pieces(), headers={"X-Mantlet": "1", "Content-Type": "application/json"}
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"changes": 1}', b'{"changes": [{"op": "set"}]}', b'{"changes": [{"op": "steal", "path": ["x"]}]}',
        b'{"changes": [], "extra": 1}', b"[" * 100_000, b'{"changes": [{"op": "set", "path": [], "value": 1}]}',
        b'{"changes": [{"op": "set", "path": ["a", -1], "value": 1}]}', b'{"changes": [{"op": "set", "path": ["elements", "a"], "value": ' + b'{"a":' * 3000 + b"1" + b"}" * 3000 + b"}]}",
        b'{"changes": [{"op": "set", "path": ["elements", "api", "name"], "value": NaN}]}', b'{"changes": [{"op": "set", "path": ["elements", "api", "name"], "value": 1e999}]}',
        b'{"changes": [{"op": "set", "path": ["elements", "api", "name"], "value": "\\ud800"}]}', b'{"changes": [{"op": "set", "path": ["elements", "\\u0000"], "value": {"type": "user"}}]}',
        b'{"changes": [{"op": "set", "path": ["x-note"], "value": ' + b"[" * 200 + b"]" * 200 + b"}]}",
        b'{"changes": [], "layout": {"set": {"elements": {"a": {"x": NaN, "y": 1}}}}}', b'{"changes": [], "layout": {"set": {"views": {"a": {"note": "\\ud800"}}}}}',
        b'{"changes": [], "layout": {"set": {"views": {"a": {"n": ' + b"[" * 400 + b"]" * 400 + b"}}}}}",
        b'{"changes": [{"op": "rename", "section": "elements", "old": "api", "new": "a\\nb"}]}', b'{"base": "\\u0000", "changes": []}',
        b'{"changes": [{"op": "set", "path": ["include"], "value": ["../../etc/passwd"]}]}', b'{"changes": [{"op": "set", "path": ["include"], "value": ["threatmodel.yaml"]}]}',
        b'{"changes": [{"op": "remove", "path": ["mantlet"]}, {"op": "set", "path": ["mantlet"], "value": 9}]}',
    ],
    ids=lambda body: str(body[:60]),
)  # fmt: skip
def test_whatever_is_sent_gets_a_plain_answer_and_the_file_still_reads(work, body):
    answer = work.client.post(
        "/api/changes", content=body, headers={"X-Mantlet": "1", "Content-Type": "application/json"}
    )
    assert answer.status_code in {200, 409, 422}, answer.text[:300]
    if answer.status_code != 200:
        assert set(answer.json()) == {"error"}
        assert work.text == SMALL
    assert work.get("model")["broken"] is False


def test_names_are_data_wherever_they_go(work):
    nasty = '<script>alert(1)</script>"]]>{{x}}${y}'
    work.change(put("elements", "api", "name", value=nasty))
    answer = work.client.get("/api/register")
    assert answer.headers["content-type"] == "application/json"
    assert any(nasty in risk["title"] for risk in answer.json()["risks"])
    picture = work.client.get("/api/diagram").text
    assert "<script" not in picture
    assert json.dumps(nasty)[1:-1] in work.client.get("/api/model").text


def test_half_a_body_is_never_taken_for_one(work):
    reached = []

    async def app(scope, receive, send):
        reached.append(await receive())

    async def asked():
        messages = iter(
            [{"type": "http.request", "body": b"{}", "more_body": True}, {"type": "http.disconnect"}]
        )

        async def receive():
            return next(messages)

        async def send(message):
            reached.append(message)

        headers = {
            "host": f"127.0.0.1:{PORT}",
            "authorization": f"Bearer {work.access.token}",
            "x-mantlet": "1",
        }
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/api/rate",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        await Guard(app, work.access)(scope, receive, send)

    finished(asked())
    assert reached == []


def test_a_port_that_is_taken_and_an_address_that_is_not_ours_are_said(tmp_path):
    from mantlet.web.server import Server
    from tests.web.workbench import write

    path = write(tmp_path)
    first = Server(path)
    with pytest.raises(UsageError, match="cannot be listened on"):
        Server(path, port=first.port)
    with pytest.raises(UsageError, match="cannot be listened on"):
        Server(path, host="203.0.113.7")
    assert first.url.startswith(f"http://127.0.0.1:{first.port}/?token=")
    first.close()


def test_hosts_of_a_wider_address_are_named():
    assert "mybox:80" in local_hosts(80, "mybox")
    assert "mybox" in local_hosts(80, "mybox")
    assert "mybox:80" in local_hosts(80, "MyBox")
    assert "[fe80::1]:9000" in local_hosts(9000, "fe80::1")


@pytest.mark.parametrize("before", [b"", b"GET / HTTP/1.1\r\nHost"], ids=["nothing", "half a head"])
@pytest.mark.parametrize("asked", [False, True], ids=["at once", "after a request"])
def test_who_says_nothing_whole_is_let_go(tmp_path, monkeypatch, before, asked):
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    with served(write(tmp_path)) as server, socket.create_connection(("127.0.0.1", server.port), 10) as line:
        if asked:
            line.sendall(f"GET /api/x HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
            while not line.recv(65536).endswith(b"}}"):
                pass
        line.sendall(before)
        assert line.recv(65536) == b""


def test_who_listens_for_news_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr(events, "KEEP_ALIVE", 0.5)
    with (
        served(write(tmp_path)) as server,
        client_of(server) as client,
        client.stream("GET", "/api/events") as answer,
    ):
        assert any("still here" in line for line in answer.iter_lines())


@pytest.mark.parametrize("kind", [OSError, ValueError, RecursionError])
def test_a_file_that_we_have_a_bug_with_does_not_end_the_watch(work, monkeypatch, kind):
    looks = []

    def sync():
        looks.append(1)
        raise kind("no")

    monkeypatch.setattr(work.session, "sync", sync)

    async def looking():
        for _ in range(2):
            await watching._synced(Registry(work.session))

    finished(looking())
    assert len(looks) == 2
