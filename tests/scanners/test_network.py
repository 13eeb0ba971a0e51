"""Running systems on loopback: a bad one is found completely, a hardened one is clean, foreign ones are not touched."""

from __future__ import annotations

import http.server
import json
import shutil
import ssl
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from mantlet.base.errors import UsageError
from mantlet.findings.finding import CheckState
from mantlet.scanners.interface import Request
from mantlet.scanners.network import check, targets
from mantlet.scanners.network.check import rules
from mantlet.scanners.network.pages import services

OPENSSL = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl isn't installed")


class Bad(http.server.BaseHTTPRequestHandler):
    """An open notebook server that does most things wrong."""

    server_version = "Tornado/6.1"

    def do_GET(self):
        answers = {
            "/": (200, "text/html", b"<html><title>Jupyter</title></html>"),
            "/api/contents": (
                200,
                "application/json",
                json.dumps({"type": "directory", "content": [], "format": "json"}).encode(),
            ),
            "/openapi.json": (200, "application/json", b'{"openapi": "3.0"}'),
            "/metrics": (200, "text/plain", b"# HELP x y\n"),
            "/.env": (200, "text/plain", b"SECRET=1\n"),
        }
        status, kind, body = answers.get(
            self.path, (500, "text/html", b"Traceback (most recent call last): x")
        )
        self.answer(status, kind, body)

    def do_TRACE(self):
        self.answer(200, "message/http", str(self.headers).encode())

    def answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Access-Control-Allow-Origin", self.headers.get("Origin", "*"))
        self.send_header("Access-Control-Allow-Credentials", "true")
        self.send_header("Set-Cookie", "session=1; Path=/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Hardened(http.server.BaseHTTPRequestHandler):
    """A server that asks for a login and says little."""

    def version_string(self):
        return "web"

    def answer(self):
        self.send_response(401)
        for name, value in {
            "Content-Type": "application/json",
            "Strict-Transport-Security": "max-age=31536000",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
            "Referrer-Policy": "no-referrer",
            "Set-Cookie": "id=1; Secure; HttpOnly; SameSite=Strict",
            "Content-Length": "2",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


@contextmanager
def serving(handler, context: ssl.SSLContext | None = None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def look(port: int, *, host="localhost", expected=()):
    return check.run(Request(Path(), [], targets=[f"{host}:{port}"], expected=expected))[0]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Return a function that makes a certificate, signed by an authority of its own."""
    folder = tmp_path_factory.mktemp("certificates")

    def run(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test", "-days", "30",
        "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip
    run(
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "server.key",
        "-out",
        "server.csr",
        "-subj",
        "/CN=localhost",
    )
    (folder / "names").write_text("subjectAltName=DNS:localhost\n")
    run("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "server.pem",
        "-days", "30", "-extfile", "names")  # fmt: skip
    return folder


def tls(folder: Path, *, weak: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    if weak:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
    return context


def test_a_bad_service_is_found_completely():
    with serving(Bad) as port:
        result = look(port)
    assert result.state is CheckState.FINDINGS
    assert {finding.rule for finding in result.findings} == {
        "plain-http", "open-jupyter", "docs-shown", "metrics-shown", "files-shown", "cors-with-login", "method-trace", "error-detail",
        "cookie-script", "cookie-cross-site", "header-sniffing", "header-policy", "header-frames", "header-referrer", "header-version",
    }  # fmt: skip
    assert all(finding.spot.address == f"localhost:{port}" and finding.fix for finding in result.findings)


@OPENSSL
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_weak_tls_is_found(certificate):
    with serving(Bad, tls(certificate, weak=True)) as port:
        found = {finding.rule for finding in look(port).findings}
    assert {
        "tls-old-version",
        "certificate-untrusted",
        "cookie-plain",
        "header-hsts",
        "open-jupyter",
    } <= found
    assert "plain-http" not in found


@OPENSSL
def test_a_hardened_service_is_clean(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "ca.pem"))
    with serving(Hardened, tls(certificate)) as port:
        result = look(port)
    assert [(finding.rule, finding.message) for finding in result.findings] == []
    assert result.state is CheckState.CLEAN
    assert {finding.rule for finding in result.passes} == {"tls-good", "asks-for-login"}


@OPENSSL
def test_a_certificate_for_another_name(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "ca.pem"))
    with serving(Hardened, tls(certificate)) as port:
        found = {finding.rule for finding in look(port, host="127.0.0.1").findings}
    assert found == {"certificate-other-name"}


def test_a_port_that_the_model_does_not_know():
    with serving(Hardened) as port:
        unknown = {finding.rule for finding in look(port, expected=["api:1"]).findings}
        known = {finding.rule for finding in look(port, expected=[f"api:{port}"]).findings}
    assert "port-not-modelled" in unknown
    assert "port-not-modelled" not in known


def test_silence_is_not_clean():
    with serving(Hardened) as port:
        pass
    result = look(port)
    assert result.state is CheckState.INCOMPLETE
    assert "nothing answers" in result.not_looked[0].why
    assert check.run(Request(Path(), []))[0].state is CheckState.SKIPPED


@pytest.mark.parametrize("text", ["192.0.2.1:80", "[2001:db8::1]:80", "0.0.0.0:80", "10.0.0.1"])
def test_other_machines_need_permission(text):
    with pytest.raises(UsageError, match="not this machine"):
        targets.read(text, allowed=False)
    assert targets.read(text, allowed=True).pace.per_second <= 10


@pytest.mark.parametrize(
    "text", ["", "a:b", "localhost:0", "localhost:70000", "localhost:9-x", "nowhere.invalid:80"]
)
def test_addresses_that_are_none(text):
    with pytest.raises(UsageError):
        targets.read(text, allowed=True)


def test_addresses():
    assert targets.read("http://localhost:80/x", allowed=False).ports == (80,)
    assert targets.read("[::1]:5,7-9", allowed=False).ports == (5, 7, 8, 9)
    assert targets.read("127.0.0.1", allowed=False).ports == ()


def test_every_server_that_is_known_has_a_message():
    assert {service.rule for service in services() if not service.rule.startswith("open-")} <= set(rules())


def test_nmap_names_services_where_it_is_installed(tmp_path, monkeypatch):
    from mantlet.scanners.network import others

    program = tmp_path / "nmap"
    program.write_text(
        "#!/bin/sh\nprintf 'Host: 127.0.0.1 ()\\tPorts: 21/open/tcp//ftp//vsftpd 3/, 80/open/tcp//http//nginx/, 81/closed/tcp/////\\tIgnored\\n'\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(others, "find", lambda name: str(program) if name == "nmap" else "")
    target = targets.read("localhost:21,80", allowed=False)
    (result,) = others.services({target: [21, 80]})
    assert result.notes == ["localhost:21: ftp vsftpd 3", "localhost:80: http nginx"]
    assert [(item.rule, str(item.spot)) for item in result.findings] == [("plain-service", "localhost:21")]


def test_a_port_that_speaks_nothing_known_is_incomplete():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=lambda: [server.accept()[0].close() for _ in range(40)], daemon=True).start()
        result = look(server.getsockname()[1])
    assert result.state is CheckState.INCOMPLETE
    assert "speaks nothing" in result.not_looked[0].why


@OPENSSL
def test_a_server_that_stops_answering_is_not_clean(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "ca.pem"))

    class Tired(Hardened):
        """Answers its front page, and hangs up on whatever else is asked."""

        def do_GET(self):
            if self.path == "/":
                self.answer()
            else:
                self.connection.close()

    class Broken(Hardened):
        """Promises more of each page than it sends."""

        def send_header(self, name, value):
            super().send_header(name, "900" if name == "Content-Length" else value)

    for handler, asked in ((Tired, "GET /mantlet-not-there"), (Broken, "GET /")):
        with serving(handler, tls(certificate)) as port:
            result = look(port)
        assert result.state is not CheckState.CLEAN
        assert any("no whole answer" in item.why and asked in item.why for item in result.not_looked)
