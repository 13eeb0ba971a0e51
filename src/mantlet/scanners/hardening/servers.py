"""How servers are started: commands and environment variables that open notebooks, trackers, databases and models."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

MAX_COMMAND = 8_000
"""Characters of one command that patterns see."""
_EVERYWHERE = r"(?:0\.0\.0\.0|::|\*|\[::\])"
_COMMANDS: tuple[tuple[str, str, str], ...] = (
    # rule, what must be in the command, what must not be
    (
        "jupyter-open",
        r"(?:NotebookApp|ServerApp|IdentityProvider|LabApp)\.(?:token|password)\s*=\s*(?:''|\"\"|\s|$|,)",
        "",
    ),
    ("jupyter-root", r"\bjupyter\b.*--allow-root", ""),
    ("jupyter-any-origin", r"(?:NotebookApp|ServerApp)\.allow_origin\s*=\s*['\"]?\*", ""),
    (
        "mlflow-open",
        rf"\bmlflow\s+(?:server|ui)\b.*(?:--host|-h)[ =]{_EVERYWHERE}",
        r"--app-name[ =]\S*basic-auth",
    ),
    ("ray-dashboard-open", rf"\bray\s+start\b.*--dashboard-host[ =]{_EVERYWHERE}", ""),
    ("tensorboard-open", rf"\btensorboard\b.*(?:--bind_all|--host[ =]{_EVERYWHERE})", ""),
    (
        "debug-server",
        r"\buvicorn\b.*--reload|\bflask\b.*(?:--debug\b|\brun\b.*--reload)|\bmanage\.py\s+runserver\b",
        "",
    ),
    ("streamlit-unprotected", r"--server\.enable(?:XsrfProtection|CORS)[ =]false", ""),
    ("torchserve-open", r"\btorchserve\b.*(?:--disable-token-auth|--disable-token)", ""),
    ("vllm-open", r"(?:\bvllm\s+serve\b|vllm\.entrypoints\S*api_server)", r"--api-key|VLLM_API_KEY"),
    ("remote-code-on", r"--trust[-_]remote[-_]code\b(?![ =]false)", ""),
    ("redis-open", r"\bredis-server\b.*--protected-mode\s+no", r"--requirepass"),
    ("mongo-open", r"\bmongod\b.*--(?:bind_ip_all|noauth)", r"--auth\b|--keyFile"),
    ("label-studio-open", r"\blabel-studio\b.*--password[ =]\S+", ""),
    ("mqtt-open", r"\ballow_anonymous\s+true\b", ""),
)
_ENVIRONMENT: tuple[tuple[str, str, str], ...] = (
    ("jupyter-open", r"JUPYTER_TOKEN|NOTEBOOK_TOKEN", r"^$"),
    ("debug-server", r"FLASK_DEBUG|DJANGO_DEBUG|DEBUG|UVICORN_RELOAD|GRADIO_DEBUG", r"(?i)^(1|true|yes|on)$"),
    ("debug-server", r"FLASK_ENV|APP_ENV|ENV", r"(?i)^dev(elopment)?$"),
    ("gradio-shared", r"GRADIO_SHARE", r"(?i)^(1|true)$"),
    ("ollama-open", r"OLLAMA_HOST", r"^(?:https?://)?(?:0\.0\.0\.0|::|\*)"),
    ("ollama-any-origin", r"OLLAMA_ORIGINS", r"^\*$"),
    ("database-trusts", r"POSTGRES_HOST_AUTH_METHOD", r"(?i)^trust$"),
    (
        "database-trusts",
        r"MYSQL_ALLOW_EMPTY_PASSWORD|MARIADB_ALLOW_EMPTY_ROOT_PASSWORD|ALLOW_EMPTY_PASSWORD",
        r"(?i)^(1|true|yes)$",
    ),
    (
        "search-open",
        r"(?i)xpack\.security\.enabled|DISABLE_SECURITY_PLUGIN|plugins\.security\.disabled",
        r"(?i)^(false|true)$",
    ),
    ("vector-open", r"AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED", r"(?i)^true$"),
    ("torchserve-open", r"TS_DISABLE_TOKEN_AUTHORIZATION", r"(?i)^true$"),
    ("tls-off", r"NODE_TLS_REJECT_UNAUTHORIZED|PYTHONHTTPSVERIFY", r"^0$"),
    ("tls-off", r"GIT_SSL_NO_VERIFY|CURL_INSECURE", r"(?i)^(1|true)$"),
    ("remote-code-on", r"(?:HF_|VLLM_)?TRUST_REMOTE_CODE", r"(?i)^(1|true)$"),
    (
        "default-password",
        r"\w*(?:PASSWORD|PASSWD|SECRET_KEY|ROOT_USER|_PASS)",
        r"(?i)^(admin|password|passwd|root|postgres|mysql|minioadmin|guest|changeme|secret|test|123456|airflow|mlflow|grafana)$",
    ),
)
_SECRET_NAME = re.compile(
    r"(?i)(?:^|_)(?:password|passwd|passphrase|pwd|secret|token|api_?key|access_?key|private_?key|credentials?)(?:_?\w{0,12})?$"
)
_NO_SECRET_NAME = re.compile(
    r"(?i)(?:_file|_path|_url|_uri|_host|_name|_ttl|_id|_expiry|_expire\w*|_type|_method|_length|_header|_algorithm)$"
)
_REFERENCE = re.compile(
    r"^\s*$|\$\{?\w|\{\{|^<.*>$|^/run/secrets/|^(?:changeit|none|null|true|false|\d{1,5})$", re.IGNORECASE
)


def in_command(command: str) -> Iterator[tuple[str, str]]:
    """Yield the rules that a command line breaks, with what does it."""
    command = command[:MAX_COMMAND]
    for rule, wanted, unless in _COMMANDS:
        match = re.search(wanted, command)
        if match and not (unless and re.search(unless, command)):
            yield rule, " ".join(match.group().split())[:80]


def in_environment(variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the rules that environment variables break, with the variable."""
    for name, value in variables.items():
        for rule, names, values in _ENVIRONMENT:
            if re.fullmatch(names, name) and re.search(values, value):
                if rule == "search-open" and (value.lower() == "true") == ("enabled" in name.lower()):
                    continue
                yield rule, name
                break
        else:
            if is_secret(name, value):
                yield "secret-in-environment", name


def is_secret(name: str, value: str) -> bool:
    """Tell whether a variable holds a secret itself, not a reference to one."""
    return (
        _SECRET_NAME.search(name) is not None
        and _NO_SECRET_NAME.search(name) is None
        and _REFERENCE.search(value) is None
    )
