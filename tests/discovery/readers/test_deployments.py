"""Readers of what is deployed: Compose, Docker, Kubernetes and what runs on it, Helm, Terraform, CloudFormation, nginx."""

from __future__ import annotations

import pytest
from told import clues, line, told

from mantlet.discovery.clues import Move
from mantlet.discovery.readers._ambiguous import settled


def test_compose_services_with_what_they_are_made_from_and_reached_at():
    assert {
        "service:api is web-service 'api' @2",
        "service:api = docker:backend/Dockerfile @3",
        "service:api = host:api:80 @5",
        "service:api = host:localhost:8000 @5",
        "service:api: port 8000 @5",
        "service:api has path:models at /app/models @11",
        "service:api: in network:backend @12",
        "service:api runs uvicorn main:app --host 0.0.0.0 in backend @13",
        "service:db is database 'db' @20",
        "service:db = host:db:5432 @24",
        "image postgres 16.2 @21",
    } <= told("compose", "compose.yaml")


def test_compose_environment_names_servers_and_secrets_without_values():
    said = told("compose", "compose.yaml")
    assert {
        "service:api -> host:db:5432 @7",
        "service:api: secrets_managed no @7",
        "secret:OPENAI_API_KEY -> service:api @8",
        "service:api -> saas:openai @8",
        "service:api -> service:db @9",
    } <= said
    assert not any("s3cretpw" in line for line in said)


def test_compose_protection():
    said = told("compose", "compose.yaml")
    assert {
        "service:worker: dependencies_pinned no @15",
        "service:worker: least_privilege no @16",
        "service:worker: sandboxed no @17",
        "service:db: authenticated no @23",
        "volume:shared -> service:viewer @32",
    } <= said
    assert "service:viewer: port 3001 @28" not in said, "it is published to the machine itself only"


@pytest.mark.parametrize(
    ("ports", "host"),
    [
        ("8000:80", "localhost:8000"),
        ("127.0.0.1:9000:80/tcp", "localhost:9000"),
        ("${PORT:-7000}:80", "localhost:7000"),
        ("80", ""),
    ],
)
def test_compose_ports(ports, host):
    said = told("compose", "compose.yaml", f"services:\n  a:\n    image: x/y:1\n    ports: ['{ports}']\n")
    assert "service:a = host:a:80 @4" in said
    assert (f"service:a = host:{host} @4" in said) == bool(host)


def test_files_of_variables_speak_of_each_service_that_is_given_them():
    compose = (
        "services:\n  a: {image: acme/a:1, env_file: app.env}\n  b: {image: acme/b:1, env_file: [app.env]}\n"
    )
    found = [
        *clues("compose", "compose.yaml", compose),
        *clues("settings", "app.env", "API_URL=http://c:80\n"),
    ]
    said = {line(clue) for clue in settled(found)}
    assert {"service:a -> host:c:80 @1", "service:b -> host:c:80 @1"} <= said
    assert not any("envfile" in one for one in said)


def test_an_order_of_starting_is_no_strong_flow_and_viewers_are_read_to():
    text = (
        "services:\n  db: {image: 'postgres:16'}\n  ui:\n    image: dpage/pgadmin4:8\n    depends_on: [db]\n"
        "  setup: {image: 'confluentinc/cp-kafka:7', command: 'kafka-topics --create'}\n"
    )
    said = told("compose", "compose.yaml", text)
    assert "service:db -> service:ui @5" in said
    assert "service:setup is process 'setup' @6" in said
    weak = clues(
        "compose", "compose.yaml", "services:\n  a: {build: ., depends_on: [b]}\n  b: {image: 'redis:7'}\n"
    )
    assert all(clue.confidence < 0.4 for clue in weak if isinstance(clue, Move))


def test_parts_of_one_program_fold():
    text = "services:\n" + "".join(
        f"  airflow-{n}: {{image: 'apache/airflow:2.9'}}\n" for n in ("web", "worker", "init")
    )
    assert {
        "service:airflow-web is pipeline-orchestrator 'airflow' @2",
        "service:airflow-web = service:airflow-worker @3",
    } <= told("compose", "compose.yaml", text)


def test_services_that_share_a_build_are_told_apart_by_their_commands():
    text = "services:\n  a: {build: .}\n  b: {build: .}\n"
    said = told("compose", "compose.yaml", text.replace("b: {", "b: {command: celery worker, "))
    assert {"service:a = docker:Dockerfile @2", "service:b: built_from docker:Dockerfile @3"} <= said
    assert "service:a = service:b @3" in told("compose", "compose.yaml", text), "started alike they are one"


def test_dockerfile():
    key = "docker:backend/Dockerfile"
    said = told("dockerfile", "backend/Dockerfile")
    assert {
        f"{key} is process 'backend' @14",
        f"{key} runs uvicorn main:app --port 80 in backend @14",
        f"{key} has path:backend at /app @8",
        f"env:MODEL_PATH=/app/models/churn.pkl for {key} @6",
        f"{key}: secrets_managed no @7",
        f"{key}: dependencies_pinned no @10",
        f"{key}: least_privilege no @4",
        "url:https://files.example.org/base.bin -> path:/app/models/base.bin @10",
        "image node 20 @2",
        "image python 3.11-slim @4",
    } <= said
    assert not any("abcdef123456" in line for line in said)
    assert not any("/dist" in line for line in said), "what another stage made is no file of the repository"


def test_dockerfile_with_a_user_has_least_privilege_unknown():
    said = told("dockerfile", "Dockerfile", "FROM python:3.11\nUSER app\nCMD python a.py\n")
    assert not any("least_privilege" in line for line in said)


def test_procfile():
    assert {
        "stage:Procfile#web is web-service 'web' @1",
        "stage:Procfile#worker runs python worker.py --queue scores @2",
    } <= told("dockerfile", "Procfile")


def test_kubernetes_workloads_services_and_ingresses():
    assert {
        "service:api is web-service 'api' @4",
        "service:api: in namespace:ml @5",
        "service:api = image:acme/api @16",
        "service:api runs python serve.py --port 80 @17",
        "service:api -> host:cache:6379 @21",
        "secret:api-token -> service:api @24",
        "service:api: sandboxed no @26",
        "service:api has volume:models at /models @28",
        "service:api = host:web.ml.svc.cluster.local:8080 @35",
        "service:api: public_access yes @37",
        "service:ingress/edge -> host:web:8080 @50",
        "who:user / service:ingress/edge: protocol http @43",
        "secret:api-token: secrets_managed no @56",
        "service:api: least_privilege no @61",
    } <= told("kubernetes", "k8s/api.yaml")


def test_helm_templates_are_read_as_far_as_they_are_static():
    assert {
        "service:api is process 'api' @5",
        "service:api -> host:scorer @15",
    } <= told("kubernetes", "chart/templates/api.yaml")
    assert {
        "service:postgresql is database 'postgresql' @3",
        "service:postgresql: dependencies_pinned no @3",
    } <= told("helm", "chart/Chart.yaml")
    assert {
        "service:api: dependencies_pinned no @3",
        "secret:adminPassword: secrets_managed no @5",
    } <= told("helm", "chart/values.yaml")


def test_kustomize():
    assert {
        "image acme/api 1.3 @4",
        "secret:login: secrets_managed no @9",
        "manifest https://github.com/acme/manifests v1 @2",
    } <= told("helm", "base/kustomization.yaml")


def test_models_on_kubernetes():
    assert {
        "service:churn is inference-service 'churn' @4",
        "service:churn: in namespace:ml @5",
        "service:churn/transformer -> service:churn @7",
        "service:churn: model_format joblib @11",
        "bucket:s3:acme-models -> service:churn @12",
        "service:fraud is inference-service 'fraud' @16",
        "service:fraud/scale -> service:fraud/model @24",
        "bucket:gcs:acme-models -> service:fraud/model @26",
        "service:trainer is training-job 'trainer' @30",
        "service:trainer runs python train.py --data /data @38",
        "service:clean runs spark-submit /opt/app/jobs/clean.py --day today @44",
    } <= told("kube_ml", "serving.yaml")


def test_terraform_resources_uploads_and_credentials():
    said = told("terraform", "infra/main.tf")
    assert {
        "resource:aws_s3_bucket.raw is object-store 'raw' @9",
        "resource:aws_s3_bucket.raw = bucket:s3:acme-raw @10",
        "resource:aws_s3_bucket.raw: public_access yes @11",
        "path:data/customers.parquet -> resource:aws_s3_bucket.raw @16",
        "secret:db_password is secret-store 'db_password' @1",
        "secret:db_password -> resource:aws_db_instance.main @19",
        "resource:aws_db_instance.main: public_access yes @20",
        "resource:aws_db_instance.main: encrypted_at_rest no @21",
        "resource:aws_lambda_function.score -> resource:aws_s3_bucket.raw @41",
        "resource:aws_s3_bucket.raw -> resource:aws_glue_catalog_table.people @48",
        "resource:aws_glue_catalog_table.people holds email @50",
    } <= said
    assert "? the resource type 'acme_teleporter' is unknown @55" in said


def test_terraform_puts_wide_policies_on_who_holds_the_role():
    assert "resource:aws_lambda_function.score: least_privilege no @30" in told("terraform", "infra/main.tf")


def test_terraform_modules_hand_on_resources():
    root = (
        'module "store" {\n  source = "./modules/store"\n}\nmodule "job" {\n  source = "./modules/job"\n'
        "  bucket = module.store.name\n}\n"
    )
    store = 'resource "aws_s3_bucket" "this" {}\noutput "name" {\n  value = aws_s3_bucket.this.id\n}\n'
    job = 'resource "aws_lambda_function" "this" {\n  environment {\n    variables = { B = var.bucket }\n  }\n}\n'
    assert "var:modules/job#bucket = output:modules/store#name @6" in told("terraform", "main.tf", root)
    output = "output:modules/store#name = resource:modules/store#aws_s3_bucket.this @3"
    assert output in told("terraform", "modules/store/main.tf", store)
    move = "resource:modules/job#aws_lambda_function.this -> var:modules/job#bucket @3"
    assert move in told("terraform", "modules/job/main.tf", job)


def test_terraform_registry_modules():
    said = told("terraform", "infra/main.tf")
    assert "resource:module.queue is queue 'queue' @56" in said
    other = told("terraform", "main.tf", 'module "x" {\n  source = "acme/rocket/aws"\n}\n')
    assert any(line.startswith("? the module 'acme/rocket/aws'") for line in other)


def test_cloudformation():
    score = "resource:aws_serverless_function.Score"
    assert {
        "resource:aws_s3_bucket.Raw is object-store 'Raw' @5",
        "resource:aws_s3_bucket.Raw: public_access yes @9",
        f"{score} = code:score @15",
        f"{score}: least_privilege no @18",
        f"{score} -> resource:aws_s3_bucket.Raw @21",
        f"resource:aws_sqs_queue.Jobs -> {score} @23",
        f"route:POST /score is web-service 'POST /score' in {score} @26",
        "secret:DbPassword -> resource:aws_rds_dbinstance.Db @32",
    } <= told("cloudformation", "template.yaml")


def test_task_definitions():
    assert {
        "service:agent is process 'agent' @6",
        "service:agent: dependencies_pinned no @6",
        "service:agent runs python agent.py @7",
        "service:agent -> host:api:8000 @8",
        "secret:TOKEN -> service:agent @9",
    } <= told("ecs", "task-definition.json")
    inside = (
        'resource "aws_ecs_task_definition" "a" {\n  container_definitions = jsonencode([\n    {\n'
        '      image = "acme/a:1"\n      environment = [{ name = "B", value = "s3://acme-b/x" }]\n    }\n  ])\n}\n'
    )
    assert "resource:aws_ecs_task_definition.a -> bucket:s3:acme-b @5" in told("terraform", "main.tf", inside)


def test_serverless_functions():
    assert {
        "service:score is serverless-function 'score' @8",
        "service:score: least_privilege no @6",
        "service:score = code:src/handler.py#score @9",
        "service:score -> bucket:s3:acme-models @10",
        "route:POST /score: authenticated no @12",
        "bucket:s3:acme-raw -> service:score @13",
        "queue:jobs -> service:score @14",
        "resource:aws_s3_bucket.Raw = bucket:s3:acme-raw @17",
    } <= told("serverless", "serverless.yml")


def test_prometheus_and_grafana_ask_others():
    key = "service:prometheus/prometheus.yml"
    said = told("monitoring", "prometheus.yml")
    assert {f"{key} is monitoring-service 'Prometheus' @1", f"host:api:8000 -> {key} @4"} <= said
    assert not any("9090" in one for one in said), "it watches itself"
    assert "host:prometheus:9090 -> service:grafana @4" in told("monitoring", "grafana-datasources.yaml")


def test_nginx_forwards():
    assert {
        "service:nginx/nginx.conf is api-gateway 'nginx' @5",
        "service:nginx/nginx.conf -> host:api:8000 @9",
        "service:nginx/nginx.conf / host:api:8000: protocol http @9",
        "service:nginx/nginx.conf: rate_limited yes @8",
        "? forwards to '$target', which is only known at run time @11",
    } <= told("nginx", "nginx.conf")


def test_ray_serve():
    assert {
        "service:churn is inference-service 'churn' @4",
        "service:churn = code:serving/app.py @4",
        "service:churn: dependencies_pinned no @6",
    } <= told("ray_serve", "serve.yaml")


def test_bentoml_and_torchserve():
    assert {
        "service:bento/service = code:src/service.py @1",
        "repo:bentoml/churn -> service:bento/service @4",
        "package scikit-learn 1.4.0 @3",
    } <= told("serving", "bentofile.yaml")
    assert {
        "service:torchserve/config: admin_separate no @2",
        "path:model-store -> service:torchserve/config @3",
        "service:torchserve/config: authenticated no @4",
    } <= told("serving", "config.properties")
