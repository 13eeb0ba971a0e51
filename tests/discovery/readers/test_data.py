"""Readers of data, settings and interfaces: settings, Feast, dbt, SQL, OpenAPI, MCP, dependencies, front ends."""

from __future__ import annotations

import pytest
from told import clues, told

from mantlet.discovery.clues import Fact, Move, Same
from mantlet.discovery.readers._ambiguous import settled
from mantlet.discovery.readers._images import image
from mantlet.discovery.readers._names import address, in_clear, is_secret


def test_env_examples():
    said = told("settings", ".env.example")
    assert {
        "env:MODEL_PATH=models/churn.pkl @2",
        "secret:OPENAI_API_KEY is secret-store 'OPENAI_API_KEY' @3",
        "saas:openai is llm-service 'OpenAI' @3",
        "env:REDIS_URL=redis://cache:6379/0 @4",
    } <= said
    assert not any("secrets_managed" in line for line in said), "a sample is no credential"


def test_settings_have_dotted_names_and_lines():
    assert {
        "config:config/main.yaml#defaults.0.process=small @2",
        "config:config/main.yaml#data.path=data/raw/customers.csv @4",
        "secret:db_password: secrets_managed no @5",
    } <= told("settings", "config/main.yaml")
    assert {
        "config:settings.toml#model.path=models/churn.onnx @3",
        "config:settings.toml#model.names.1=two @6",
        "secret:api_key: secrets_managed no @9",
    } <= told("settings", "settings.toml")


def test_ini_settings():
    assert "config:app.ini#model.path=m.pkl @2" in told("settings", "app.ini", "[model]\npath = m.pkl\n")


def test_feast():
    assert {
        "feast:store is retriever 'Feast feature store' @1",
        "path:features/data/registry.db -> feast:store @2",
        "only:redis -> feast:store @4",
        "only:redis = host:cache:6379 @5",
        "only:redshift is data-warehouse 'Redshift offline store' @7",
        "only:redshift -> bucket:s3:acme-staging @8",
    } <= told("feast", "features/feature_store.yaml")


def test_dbt():
    assert "stage:dbt is preprocessing-job 'dbt shop' @1" in told("dbt", "dbt_project.yml")
    assert {
        "table:raw.people holds email @6",
        "table:customers holds birth-date @10",
        "table:customers -> service:churn_model @15",
    } <= told("dbt", "models/schema.yml")
    assert {
        "only:snowflake is data-warehouse 'Snowflake' @4",
        "secret:SNOWFLAKE_PASSWORD -> stage:dbt @5",
    } <= told("dbt", "profiles.yml")


def test_models_of_dbt():
    assert {
        "table:raw.people -> stage:dbt @3",
        "table:orders -> stage:dbt @5",
        "stage:dbt -> table:customers @1",
        "table:customers holds email @3",
    } <= told("sql", "models/customers.sql")


def test_sql_reads_and_writes():
    assert {
        "table:people holds email @1",
        "code:etl/features.sql -> table:features @2",
        "table:people -> code:etl/features.sql @3",
        "table:shop.orders -> code:etl/features.sql @4",
    } <= told("sql", "etl/features.sql")


def test_sql_that_cannot_be_parsed_is_said_and_read_by_its_words():
    said = told("sql", "x.sql", "SELECT (((\nFROM people\n")
    assert any(line.startswith("? not readable as SQL") for line in said)
    assert "table:people -> code:x.sql @2" in said


def test_openapi():
    assert {
        "service:openapi/openapi.yaml is web-service 'Churn API' @3",
        "route:POST /score: authenticated no @8",
        "route:POST /score holds email @20",
    } <= told("openapi", "openapi.yaml")
    assert "route:GET /health: authenticated no @14" not in told("openapi", "openapi.yaml")


def test_mcp_servers():
    assert {
        "service:mcp/files is mcp-server 'files' @3",
        "service:mcp-client -> service:mcp/files @3",
        "service:mcp/files: dependencies_pinned no @5",
        "secret:ACME_TOKEN -> service:mcp/files @6",
        "service:mcp-client / service:mcp/search: protocol http @8",
    } <= told("mcp", ".mcp.json")


def test_inventory():
    assert {
        "package pandas 2.2.0 @2",
        "package torch >=2.0 @3",
        "package tools 0123456789abcdef0123456789abcdef01234567 @4",
        "code:.: dependencies_pinned no @3",
        "host:pypi.acme.example is package-index 'pypi.acme.example' @1",
    } <= told("dependencies", "requirements.txt")
    assert {
        "package numpy 1.26.4 @5",
        "package xgboost without version @6",
        "package mlflow ^2.9 @9",
    } <= told("dependencies", "pyproject.toml")
    assert {"package python 3.11 @2", "package lime without version @5"} <= told(
        "dependencies", "environment.yml"
    )
    assert {"package axios 1.6.0 @4", "code:web is browser-client 'churn-ui' @5"} <= told(
        "dependencies", "web/package.json"
    )


def test_front_ends_call_and_show():
    said = told("frontend", "web/src/api.ts")
    assert {
        "code:web is browser-client 'web' @8",
        "url:POST http://localhost:8000/score / code:web: called_with POST @8",
        "url:POST http://localhost:8000/score -> code:web @8",
        "url:DELETE http://scores.example.org/v1/people/{id} / code:web: called_with DELETE @11",
        "code:web / url:DELETE http://scores.example.org/v1/people/{id}: protocol http @11",
        "url:WS ws://*/stream / code:web: called_with WS @12",
        "code:web: output_encoded no @13",
        "code:web: secrets_managed no @14",
        "code:web -> saas:posthog @2",
        "? a request to an address that is worked out at run time @15",
    } <= said
    assert not any("AbCd1234" in line for line in said)
    assert "url:DELETE http://scores.example.org/v1/people/{id} -> code:web @11" not in said


def test_pages_send_forms_and_scripts():
    assert {
        "code:templates is browser-client 'Churn score' @4",
        "url:POST /predict / code:templates: called_with POST @4",
        "url:POST /predict -> code:templates @4",
        "code:templates holds email @5",
        "url:POST /explain / code:templates: called_with POST @9",
        "code:templates -> saas:googletagmanager @2",
    } <= told("pages", "templates/index.html")
    assert "url:GET /a / code:app/templates: called_with GET @1" in told(
        "frontend", "app/static/js/x.js", "fetch('/a')"
    )


def test_servers_in_javascript():
    assert {
        "code:server/index.js#POST /chat is web-service 'POST /chat' in code:server @4",
        "code:server/index.js#POST /chat = route:POST /chat@code:server/index.js @4",
        "code:server -> saas:openai @2",
    } <= told("frontend", "server/index.js")


@pytest.mark.parametrize(
    ("expression", "url"),
    [
        ("'/api/' + id", "/api/{id}"),
        ("`${window.location.origin}/a`", "*/a"),
        ("process.env.API || 'https://x.example.org'", "https://x.example.org"),
        ("new URL('/a', base)", "*/a"),
        ("CONFIG.base + '/a'", "http://b/a"),
    ],
)
def test_addresses_in_javascript(expression, url):
    text = f"const CONFIG = {{base: 'http://b'}};\nfetch({expression});\n"
    assert f"url:GET {url} / code:.: called_with GET @2" in told("frontend", "src/a.js", text)


def test_names_claimed_twice_unite_nothing():
    found = [clue for clue in clues("compose", "compose.yaml") if isinstance(clue, Same)]
    other = Same("service:other", "host:localhost:8000", found[0].at)
    kept = settled([*found, other])
    assert other not in kept
    assert not any(clue.other == "host:localhost:8000" for clue in kept)
    assert any(clue.other == "host:db:5432" for clue in kept)


def test_facts_about_all_moves_of_a_thing_are_told_of_each():
    at = clues("compose", "compose.yaml")[0].at
    move, fact = Move("remote:dvc", "job:x", at), Fact("remote:dvc#a", "protocol", "http", at, other="*")
    found = settled([Same("remote:dvc#a", "remote:dvc", at), move, fact])
    assert Fact("remote:dvc", "protocol", "http", at, other="job:x") in found
    assert fact not in found


def test_names_claimed_twice_by_one_thing_stay():
    at = clues("compose", "compose.yaml")[0].at
    sames = [Same("a", "b", at), Same("a", "host:x:1", at), Same("b", "host:x:1", at)]
    assert settled(sames) == sames


@pytest.mark.parametrize(
    "name",
    ["DB_PASSWORD", "openai_api_key", "apiKey", "GITHUB_TOKEN", "client-secret", "AWS_SECRET_ACCESS_KEY"],
)
def test_names_of_credentials(name):
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "MAX_TOKENS",
        "tokenizer",
        "num_tokens",
        "PASSWORD_FILE",
        "admin_user",
        "keyword",
        "pad_token",
        "compass",
    ],
)
def test_names_that_only_sound_like_credentials(name):
    assert not is_secret(name)


@pytest.mark.parametrize(
    "value", ["", "${SECRET}", "<your key>", "changeme", "your-api-key", "{{ secret }}", "!vault x"]
)
def test_placeholders(value):
    assert not in_clear(value)


@pytest.mark.parametrize(
    ("text", "name", "pinned", "type_"),
    [
        ("bitnami/postgresql:16", "bitnami/postgresql", True, "database"),
        ("localhost:5000/acme/x", "localhost:5000/acme/x", False, ""),
        ("qdrant/qdrant@sha256:abc", "qdrant/qdrant", True, "vector-index"),
        ("docker.io/library/redis:latest", "redis", False, "cache"),
    ],
)
def test_images(text, name, pinned, type_):
    found = image(text)
    assert (found.name, found.pinned, found.type) == (name, pinned, type_)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("postgresql+psycopg2://u:p@db/x", "host:db:5432"),
        ("http://api:8000/x", "host:api:8000"),
        ("https://api.openai.com/v1", "saas:openai"),
        ("s3://acme-${ENV}-raw/x", "bucket:s3:acme-*-raw"),
        ("sqlite:///data/a.db", "path:data/a.db"),
        ("redis://${HOST:-cache}:6380/0", "host:cache:6380"),
    ],
)
def test_addresses(text, key):
    found = address(text)
    assert found is not None
    assert found.key == key
