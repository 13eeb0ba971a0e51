"""Which tool a YAML or JSON file belongs to: by its name, else by the keys it starts with.

Each reader asks for its own format, so that no file is taken for two, and what nobody knows can be read as settings.
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache

from mantlet.base.items import Item
from mantlet.discovery.reader import Source
from mantlet.discovery.readers._documents import yaml_documents

_TOOLING = (
    r"mkdocs\.ya?ml|\.pre-commit-config\.ya?ml|\.readthedocs\.ya?ml|\.?codecov\.ya?ml|_config\.ya?ml|dependabot\.ya?ml|"
    r"CITATION\.ya?ml|tsconfig.*\.json|\.eslintrc.*|\.prettierrc.*|FUNDING\.ya?ml|pnpm-workspace\.yaml|meta\.ya?ml|"
    r"\.yamllint.*|renovate\.json|mint\.json|components\.json|\.golangci\.ya?ml|\.clang-.*"
)
_NAMES = (
    (r"dvc\.yaml|.+\.dvc", "dvc"),
    (r"dvc\.lock|.*-lock\.ya?ml|package-lock\.json|pnpm-lock\.yaml|yarn\.lock|composer\.lock|Chart\.lock", "lock"),
    (r"(docker-)?compose([.\-_].*)?\.ya?ml|.*[.\-_]compose\.ya?ml", "compose"),
    (r"\.gitlab-ci\.ya?ml", "gitlab"),
    (r"MLproject", "mlproject"),
    (r"MLmodel", "mlmodel"),
    (r"(.*[\-_])?(conda|environment|env)([.\-_].*)?\.ya?ml", "conda"),
    (r"bentofile\.ya?ml", "bento"),
    (r"feature_store\.ya?ml", "feast"),
    (r"dbt_project\.ya?ml|profiles\.ya?ml|packages\.ya?ml|selectors\.ya?ml", "dbt"),
    (r"Chart\.ya?ml", "helm-chart"),
    (r"values([.\-_].*)?\.ya?ml|.*-values\.ya?ml", "helm-values"),
    (r"kustomization\.ya?ml", "kustomize"),
    (r"prefect\.ya?ml", "prefect"),
    (r"dagster\.ya?ml|workspace\.ya?ml", "dagster"),
    (r"\.?mcp(\.json|\.ya?ml)|claude_desktop_config\.json|mcp[_\-](config|servers)\.json", "mcp"),
    (r"package\.json", "package"),
    (_TOOLING, "tooling"),
)  # fmt: skip
_BY_NAME = tuple((re.compile(pattern + r"\Z", re.IGNORECASE), kind) for pattern, kind in _NAMES)


_KUBERNETES = re.compile(r"^apiVersion:", re.MULTILINE)
_KIND = re.compile(r"^kind:", re.MULTILINE)


def is_yaml(path: str) -> bool:
    """Tell whether a path is a YAML file's."""
    return path.endswith((".yaml", ".yml", ".YAML", ".YML"))


@lru_cache(maxsize=512)
def by_name(path: str) -> str:
    """Return the format that a file's name tells, or nothing."""
    if re.search(r"(^|/)\.github/workflows/[^/]+\.ya?ml\Z", path):
        return "github"
    name = posixpath.basename(path)
    if name in ("action.yml", "action.yaml"):
        return "github-action"
    if re.search(r"(^|/)\.github/", path) and is_yaml(path):
        return "tooling"
    if re.search(r"(^|/)\.gitlab(-ci)?/.*\.ya?ml\Z|\.gitlab-ci\.ya?ml\Z", path):
        return "gitlab"
    if is_yaml(path) and re.search(r"(^|/)conf/", path) and re.match(r"catalog", name):
        return "kedro-catalog"
    if is_yaml(path) and re.search(r"(^|/)conf/.*/?catalog/", path):
        return "kedro-catalog"
    return next((kind for pattern, kind in _BY_NAME if pattern.match(name)), "")


def kind_of(source: Source) -> str:
    """Return the format of a YAML or JSON file; `settings` where nothing tells another."""
    if kind := by_name(source.path):
        return kind
    if _KUBERNETES.search(source.text) and _KIND.search(source.text):
        return "kubernetes"
    for document in yaml_documents(source):
        if kind := _by_keys(document):
            return kind
    return "settings"


def _by_keys(item: Item) -> str:  # noqa: C901, PLR0911 (a list of signs reads best as one)
    if "apiVersion" in item and "kind" in item:
        return "kubernetes"
    if "AWSTemplateFormatVersion" in item or _aws_resources(item):
        return "cloudformation"
    if ("openapi" in item or "swagger" in item) and "paths" in item:
        return "openapi"
    if "services" in item and any("image" in one or "build" in one for _, one in item["services"].items()):
        return "compose"
    if ("applications" in item and any("import_path" in one for one in item["applications"].each())) or (
        "import_path" in item and "deployments" in item
    ):
        return "ray-serve"
    if "seldon_deployment" in item or "mcpServers" in item or ("mcp" in item and "servers" in item["mcp"]):
        return "mcp"
    if "version" in item and any(
        key in item for key in ("models", "sources", "seeds", "snapshots", "exposures")
    ):
        return "dbt-schema"
    if "pipeline" in item and "steps" in item and "settings" in item:
        return "zenml"
    if "steps" in item and any(key in item for key in ("model", "settings", "parameters", "enable_cache")):
        return "zenml"
    if "deploymentSpec" in item and "pipelineInfo" in item:
        return "kubeflow-pipeline"
    if "implementation" in item and "container" in item["implementation"]:
        return "kubeflow-component"
    if "service" in item and "functions" in item and "provider" in item:
        return "serverless"
    return ""


def _aws_resources(item: Item) -> bool:
    return any(one["Type"].text.startswith(("AWS::", "Custom::")) for _, one in item["Resources"].items())
