"""How a port encrypts: versions, ciphers and certificate, by handshakes of the standard library."""

from __future__ import annotations

import ssl
import time
import warnings
from collections.abc import Iterator

from mantlet.scanners.network.targets import Target

SOON_DAYS = 14
_EXPIRED, _NOT_YET = 10, 9
_SELF_SIGNED = {18, 19}
_OTHER_NAME = {62, 63, 64}
_OLD = (("TLSv1", ssl.TLSVersion.TLSv1), ("TLSv1.1", ssl.TLSVersion.TLSv1_1))
_WEAK = "NULL:aNULL:EXPORT:RC4:3DES:DES:MD5:IDEA:SEED:@SECLEVEL=0"
Row = tuple[str, str]


def speaks_tls(target: Target, port: int) -> bool:
    """Tell whether a port answers a TLS handshake of any version."""
    context = _context()
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    return _shake(target, port, context) is not None


def look(target: Target, port: int) -> Iterator[Row]:
    """Yield rules that a TLS port breaks (or passes, `tls-good`), with what does it."""
    broken = False
    for name, version in _OLD:
        context = _context()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            try:
                context.minimum_version = context.maximum_version = version
            except ValueError:
                continue
        context.set_ciphers("ALL:@SECLEVEL=0")
        if _shake(target, port, context) is not None:
            broken = True
            yield "tls-old-version", name
    context = _context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.set_ciphers(_WEAK)
        weak = _shake(target, port, context)
    except ssl.SSLError:
        weak = None
    if weak is not None:
        broken = True
        yield "tls-weak-cipher", weak
    if not broken:
        yield "tls-good", _best(target, port)
    yield from _certificate(target, port)


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _shake(target: Target, port: int, context: ssl.SSLContext) -> str | None:
    """Return the cipher that a handshake ended with; None where there was none."""
    try:
        with target.connect(port) as raw, context.wrap_socket(raw, server_hostname=target.host) as made:
            cipher = made.cipher()
            return cipher[0] if cipher else ""
    except (OSError, ValueError):
        return None


def _best(target: Target, port: int) -> str:
    try:
        with target.connect(port) as raw, _context().wrap_socket(raw, server_hostname=target.host) as made:
            return made.version() or "TLS"
    except (OSError, ValueError):
        return "TLS"


def _certificate(target: Target, port: int) -> Iterator[Row]:
    """Look at the certificate as a client would that checks it; its own authority may be named by SSL_CERT_FILE."""
    error = _verify(target, port, ssl.create_default_context())
    if error is None:
        yield from _ends(target, port)
        return
    if error.verify_code in {_EXPIRED, _NOT_YET}:
        yield "certificate-expired", error.verify_message
        return
    if error.verify_code in _OTHER_NAME:
        yield "certificate-other-name", error.verify_message
        return
    rule = "certificate-self-signed" if error.verify_code in _SELF_SIGNED else "certificate-untrusted"
    yield rule, error.verify_message
    own = _own(target, port)
    if own is not None and own.verify_code == _EXPIRED:
        yield "certificate-expired", own.verify_message


def _verify(target: Target, port: int, context: ssl.SSLContext) -> ssl.SSLCertVerificationError | None:
    try:
        with target.connect(port) as raw, context.wrap_socket(raw, server_hostname=target.host):
            return None
    except ssl.SSLCertVerificationError as error:
        return error
    except (OSError, ValueError):
        return None


def _own(target: Target, port: int) -> ssl.SSLCertVerificationError | None:
    """Check a certificate against itself, so that its dates count although nobody vouches for it."""
    try:
        with target.connect(port) as raw, _context().wrap_socket(raw, server_hostname=target.host) as made:
            data = made.getpeercert(binary_form=True)
    except (OSError, ValueError):
        return None
    if not data:
        return None
    context = ssl.create_default_context()
    context.check_hostname = False
    try:
        context.load_verify_locations(cadata=data)
    except ssl.SSLError:
        return None
    return _verify(target, port, context)


def _ends(target: Target, port: int) -> Iterator[Row]:
    try:
        with (
            target.connect(port) as raw,
            ssl.create_default_context().wrap_socket(raw, server_hostname=target.host) as made,
        ):
            shown = made.getpeercert() or {}
    except (OSError, ValueError):
        return
    end = str(shown.get("notAfter", ""))
    if end and (ssl.cert_time_to_seconds(end) - time.time()) / 86_400 < SOON_DAYS:
        yield "certificate-ends-soon", f"on {end}"
