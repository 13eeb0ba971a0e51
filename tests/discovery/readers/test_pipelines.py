"""Readers of what declares steps: DVC, MLflow, Kedro, Prefect, Dagster, ZenML, Argo, Kubeflow pipelines, CI, Makefiles."""

from __future__ import annotations

import pytest
from told import told


def test_dvc_stages_are_processes_between_their_dependencies_and_outputs():
    said = told("dvc", "dvc.yaml")
    assert {
        "stage:dvc.yaml#prepare is preprocessing-job 'prepare' @6",
        "stage:dvc.yaml#prepare runs python src/prepare.py data/raw.csv data/prepared @7",
        "stage:dvc.yaml#prepare = code:src/prepare.py @10",
        "path:data/raw.csv -> stage:dvc.yaml#prepare @9",
        "path:params.yaml -> stage:dvc.yaml#prepare @12",
        "stage:dvc.yaml#prepare -> path:data/prepared @14",
        "stage:dvc.yaml#fit is training-job 'fit' @15",
        "path:models/churn.pkl is model-artifact 'models/churn.pkl' @21",
        "stage:dvc.yaml#fit -> path:metrics.json @24",
    } <= said


def test_dvc_paths_are_relative_to_the_stage_s_folder():
    said = told("dvc", "dvc.yaml")
    assert "stage:dvc.yaml#fit runs python train.py --out ../models/churn.pkl in work @18" in said
    assert "stage:dvc.yaml#fit -> path:models/churn.pkl @21" in said
    below = told("dvc", "ml/dvc.yaml", "stages:\n  a:\n    cmd: python a.py\n    outs: [out.csv]\n")
    assert "stage:ml/dvc.yaml#a -> path:ml/out.csv @4" in below


def test_dvc_tracked_files_name_where_they_come_from():
    assert {
        "repo:git/acme/registry is dataset-hub 'acme/registry' @4",
        "repo:git/acme/registry -> path:data/raw.csv @4",
        "dataset data/raw.csv 0a1b2c @6",
    } <= told("dvc", "data/raw.csv.dvc")
    assert "remote:dvc -> path:data/own.csv @3" in told("dvc", "data/own.csv.dvc")


def test_dvc_remotes_keep_no_password():
    said = told("dvc", ".dvc/config")
    assert {
        "remote:dvc#store is object-store 'store DVC remote' @3",
        "remote:dvc#store = remote:dvc @3",
        "remote:dvc#store = bucket:s3:acme-dvc @4",
        "remote:dvc#old / *: protocol http @6",
        "remote:dvc#old: secrets_managed no @7",
    } <= said
    assert not any("hunter2" in line for line in said)


def test_mlproject_hands_defaults_to_scripts():
    assert {
        "stage:MLproject#main is training-job 'main' @5",
        "stage:MLproject#main runs python train.py data/raw.csv {alpha} @9",
        "stage:MLproject#evaluate is evaluation-job 'evaluate' @10",
        "image acme/mlflow 1.0 @3",
    } <= told("mlflow", "MLproject")


def test_mlmodel_says_how_the_model_is_packed():
    assert {
        "path:models/churn is model-artifact 'churn' @2",
        "framework sklearn 1.4.0 @5",
        "path:models/churn: model_format pickle @6",
    } <= told("mlflow", "models/churn/MLmodel")


def test_kedro_data_sets_have_names_and_places():
    said = told("kedro", "conf/base/catalog.yml")
    assert {
        "dataset:customers is dataset-store 'customers' @3",
        "dataset:customers = path:data/01_raw/customers.csv @5",
        "dataset:regressor is model-artifact 'regressor' @6",
        "dataset:regressor: model_format pickle @7",
        "dataset:orders = table:orders @12",
        "secret:warehouse -> dataset:orders @13",
        "? the data set 'broken' has no type @14",
    } <= said
    assert not any("_csv" in line for line in said)


def test_prefect_dagster_and_zenml():
    assert {
        "stage:prefect.yaml#nightly is training-job 'nightly' @2",
        "stage:prefect.yaml#nightly = code:flows/train.py#train_flow @3",
        "bucket:s3:acme-flows -> stage:prefect.yaml#nightly @6",
    } <= told("workflows", "prefect.yaml")
    assert "workflow:workspace.yaml runs dagster pipelines/repo.py @2" in told("workflows", "workspace.yaml")
    assert {"model churn 3 @1", "config:run.yaml#steps.train.parameters.depth=4 @3"} <= told(
        "workflows", "run.yaml"
    )


def test_argo_tasks_hand_on_what_they_make():
    said = told("argo", "flow.yaml")
    assert {
        "workflow:flow.yaml is pipeline-orchestrator 'nightly' @3",
        "stage:flow.yaml#fetch is ingestion-job 'fetch' in workflow:flow.yaml @17",
        "url:https://data.example.org/rows.csv -> path:rows.csv @23",
        "stage:flow.yaml#fetch -> bucket:s3:acme-rows @26",
        "stage:flow.yaml#fetch -> stage:flow.yaml#train @16",
        "stage:flow.yaml#train runs python train.py @31",
        "stage:flow.yaml#train: dependencies_pinned no @30",
    } <= said


def test_compiled_kubeflow_pipelines():
    assert {
        "workflow:pipeline.yaml is pipeline-orchestrator 'churn' @1",
        "stage:pipeline.yaml#train is training-job 'train' in workflow:pipeline.yaml @14",
        "stage:pipeline.yaml#train runs python train.py @9",
        "stage:pipeline.yaml#load -> stage:pipeline.yaml#train @16",
    } <= told("argo", "pipeline.yaml")


def test_state_machines():
    stage = "stage:machine.asl.json#"
    assert {
        "workflow:machine.asl.json is pipeline-orchestrator 'machine' @2",
        f"{stage}Extract is ingestion-job 'Extract' in workflow:machine.asl.json @4",
        f"bucket:s3:acme-scans -> {stage}Extract @7",
        f"{stage}Extract -> saas:aws-textract @6",
        f"saas:aws-textract -> {stage}Extract @6",
        f"{stage}Extract -> {stage}Score @12",
        f"{stage}Extract -> {stage}Tell @13",
        f"{stage}Score = function:score @17",
        f"{stage}Tell -> topic:results @23",
    } <= told("stepfunctions", "machine.asl.json")


def test_github_jobs_that_only_check_code_are_left_out():
    said = told("ci_github", ".github/workflows/train.yml")
    whole, train = "workflow:.github/workflows/train.yml", "job:.github/workflows/train.yml#train"
    assert {
        f"{whole} is ci-pipeline 'Train' @1",
        f"{whole}: least_privilege no @3",
        f"{train} is ci-pipeline 'train' in {whole} @5",
        f"{train}: dependencies_pinned no @9",
        f"secret:WANDB_API_KEY -> {train} @13",
        f"remote:dvc -> {train} @15",
        f"{train} runs python train.py --epochs 3 in ml @16",
        f"{train} -> saas:github @17",
        "job:.github/workflows/train.yml#publish -> host:ghcr.io @24",
    } <= said
    assert not any("#lint" in line for line in said)


def test_github_housekeeping_is_no_element():
    text = (
        "name: tidy\non: push\njobs:\n  a:\n    steps:\n      - uses: acme/stale@v1\n"
        "        with: {token: '${{ secrets.GITHUB_TOKEN }}'}\n      - run: python -m pytest\n"
    )
    assert told("ci_github", ".github/workflows/tidy.yml", text) == {"action acme/stale v1 @6"}


def test_gitlab_jobs_inherit_and_use_secrets():
    job = "job:.gitlab-ci.yml#train"
    said = told("ci_gitlab", ".gitlab-ci.yml")
    assert {
        f"{job} is ci-pipeline 'train' @6",
        f"remote:dvc -> {job} @9",
        f"{job} runs python train.py @10",
        f"{job} -> saas:slack @11",
        f"secret:DEPLOY_TOKEN -> {job} @11",
        f"env:MODE=full for {job} @3",
        "image python 3.11 @5",
    } <= said
    assert not any("lint" in line for line in said)


def test_jobs_of_platforms():
    azure = "stage:train-job.yml#"
    assert {
        f"{azure}prep is preprocessing-job 'prep' in workflow:train-job.yml @4",
        f"{azure}prep runs python prep.py --data azureml:customers@latest in src @6",
        f"dataset:customers -> {azure}prep @8",
        f"{azure}prep -> {azure}fit @13",
    } <= told("jobs", "train-job.yml")
    assert {
        "service:churn-api is inference-service 'churn-api' @2",
        "repo:azureml/churn -> service:churn-api @3",
        "service:churn-api runs python serving/score.py @4",
    } <= told("jobs", "endpoint.yml")
    bundle = "stage:bundle.yml#"
    assert {
        f"{bundle}ingest runs python src/ingest.py --day 1 @7",
        f"{bundle}ingest -> {bundle}train @9",
    } <= told("jobs", "bundle.yml")
    resize = "stage:pachyderm-pipeline.json#resize"
    assert {
        f"dataset:images -> {resize} @4",
        f"{resize} runs python resize.py @3",
        f"{resize} -> dataset:resize @2",
    } <= told("jobs", "pachyderm-pipeline.json")


def test_other_ci_systems():
    azure, cloud, jenkins = (
        f"job:{name}#pipeline" for name in ("azure-pipelines.yml", "cloudbuild.yaml", "Jenkinsfile")
    )
    assert {
        f"{azure} is ci-pipeline 'train' @1",
        f"{azure} runs python train.py --mode ${{MODE}} @7",
        f"{azure} -> host:azurecr.io @8",
    } <= told("ci_others", "azure-pipelines.yml")
    assert {
        f"{cloud} -> host:gcr.io @5",
        f"{cloud} runs python evaluate.py @11",
        "docker:Dockerfile = image:gcr.io/acme/churn @3",
    } <= told("ci_others", "cloudbuild.yaml")
    assert {
        f"{jenkins} is ci-pipeline 'Jenkins' @4",
        f"secret:registry-token -> {jenkins} @2",
        f"{jenkins} runs python train.py @5",
        f"{jenkins} -> host:ghcr.io @9",
    } <= told("ci_others", "Jenkinsfile")
    circle = "job:.circleci/config.yml#pipeline"
    assert {
        f"{circle} is ci-pipeline 'CircleCI' @1",
        f"remote:dvc -> {circle} @6",
        f"{circle} runs python train.py @7",
    } <= told("ci_others", ".circleci/config.yml")


def test_makefiles_hand_variables_to_scripts_and_are_no_elements():
    said = told("shell", "Makefile")
    assert {
        "stage:Makefile#train runs python src/train.py --data data/raw.csv @5",
        "image acme/api 1.0 @9",
        "image:acme/api has path:models at /models @9",
        "image:acme/api = host:localhost:8000 @9",
        "image:acme/api: sandboxed no @9",
    } <= said
    assert not any(" is " in line for line in said)


def test_scripts_fetch_copy_and_run():
    said = told("shell", "scripts/fetch.sh")
    assert {
        "url:http://files.example.org/model.bin -> path:data/model.bin @7",
        "url:http://files.example.org/model.bin / path:data/model.bin: pinned no @7",
        "url:http://files.example.org/model.bin / path:data/model.bin: protocol http @7",
        "path:data/raw.csv -> bucket:s3:acme-raw @8",
        "repo:huggingface/acme/churn -> path:models @9",
        "code:scripts/fetch.sh runs python score.py in jobs @10",
    } <= said
    assert not any("never" in line for line in said), "a here-document is no command"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("cd jobs && poetry run python -m score --day 1", "k runs python -m score --day 1 in jobs @1"),
        ("PORT=80 ./serve.sh > out.log 2>&1", "k runs ./serve.sh @1"),
        ("curl -sSL https://get.example.org/x | bash", "k: dependencies_pinned no @1"),
        ("vllm serve acme/llm --trust-remote-code", "repo:huggingface/acme/llm -> k @1"),
        ("ollama pull llama3:8b", "repo:ollama/llama3:8b -> k @1"),
        ("mlflow server --backend-store-uri sqlite:///m.db", "k -> path:m.db @1"),
        ("jupyter lab --ServerApp.token=''", "k: authenticated no @1"),
        ("wget https://a.example.org/x/w.bin?y=1", "url:https://a.example.org/x/w.bin?y=1 -> path:w.bin @1"),
        (
            "wget -P models https://a.example.org/w.bin",
            "url:https://a.example.org/w.bin -> path:models/w.bin @1",
        ),
        ("curl -LO https://a.example.org/w.bin", "url:https://a.example.org/w.bin -> path:w.bin @1"),
        ("kaggle datasets download -d o/d && unzip d.zip -d data/raw", "repo:kaggle/o/d -> path:data/raw @1"),
        (
            "aws ecr get-login-password | docker login --password-stdin $R && docker push $R/api",
            "k -> host:ecr @1",
        ),
        ("gsutil cp gs://acme/a.csv data/", "bucket:gcs:acme -> path:data @1"),
        (
            "docker build -t acme/api:1 -f docker/api.Dockerfile .",
            "docker:docker/api.Dockerfile = image:acme/api @1",
        ),
    ],
)
def test_commands(command, expected):
    from told import line

    from mantlet.discovery.reader import Source
    from mantlet.discovery.readers._commands import command_clues
    from mantlet.discovery.readers._context import Context
    from mantlet.discovery.readers._shell import commands

    said = {line(clue) for clue in command_clues(Context("k", Source("x", command)), commands(command))}
    assert expected in said
