"""What runs machine learning on Kubernetes: KServe, Seldon, Kubeflow's jobs and notebooks, Katib, Ray and Spark operators."""

from __future__ import annotations

import re

from mantlet.base.items import Item
from mantlet.discovery.clues import Clue, Fact, Move, Part, Runs, Same, Thing, Unclear
from mantlet.discovery.reader import Source
from mantlet.discovery.readers._formats import by_name, is_yaml
from mantlet.discovery.readers._names import address, bucket_key, unresolved
from mantlet.discovery.readers._pods import container_clues, pod_clues
from mantlet.discovery.readers.kubernetes import object_key, object_name, objects, placed

_FORMATS = {"sklearn": "joblib", "pytorch": "torch", "torch": "torch", "onnx": "onnx", "tensorflow": "savedmodel", "pmml": "pmml", "keras": "keras"}  # fmt: skip
_FRAMEWORKS = (
    "sklearn",
    "xgboost",
    "lightgbm",
    "pytorch",
    "tensorflow",
    "onnx",
    "triton",
    "pmml",
    "paddle",
    "huggingface",
    "mlserver",
)
_JOBS = frozenset(("TFJob", "PyTorchJob", "MPIJob", "XGBoostJob", "PaddleJob", "JAXJob", "MXJob", "TrainJob"))


def claims(path: str) -> bool:
    """Tell whether the file may hold such objects; its content decides."""
    return is_yaml(path) and not by_name(path)


def read(source: Source) -> list[Clue]:
    """Return the models that are served and the jobs that train."""
    clues: list[Clue] = []
    for item in objects(source):
        kind = item["kind"].text
        if handler := _HANDLERS.get(kind):
            clues += handler(source, item) + placed(object_key(item), item, source)
        elif kind in _JOBS:
            clues += _training_job(source, item)
    return clues


def _thing(source: Source, item: Item, type_: str) -> Thing:
    at = source.at(item["metadata"]["name"].at or item.line)
    return Thing(object_key(item), type_, object_name(item), at, 0.9)


def storage(uri: str) -> tuple[str, str]:
    """Return the clue key and type of where a model is fetched from."""
    if found := re.match(r"(s3|gs|az|abfs)://([^/]+)", uri):
        return bucket_key(found[1], found[2]), "object-store"
    if found := re.match(r"hf://([^/]+/[^:/]+)", uri):
        return f"repo:huggingface/{found[1]}", "model-hub"
    if found := re.match(r"pvc://([^/]+)", uri):
        return f"volume:{found[1]}", "file-store"
    if found := re.match(r"models:/([^/]+)", uri):
        return f"repo:mlflow/{found[1]}", "model-registry"
    one = address(uri)
    return (f"url:{uri}", "data-provider") if one else ("", "")


def model_clues(key: str, uri: Item, source: Source) -> list[Clue]:
    """Return that a server fetches its model from an address."""
    if not uri.text or unresolved(uri.text):
        return []
    at = source.at(uri.at)
    origin, type_ = storage(uri.text)
    if not origin:
        return [Unclear(at, f"the model's address '{uri.text[:80]}' is of an unknown kind")]
    name = origin.rpartition(":")[2]
    clues: list[Clue] = [
        Thing(origin, type_, name, at, 0.7),
        Part("model", uri.text, at),
        Move(origin, key, at, "model weights", 0.85, opened_by=key),
    ]
    if uri.text.startswith("http://"):
        clues.append(Fact(origin, "protocol", "http", at, other=key))
    return clues


# -- KServe


def _inference_service(source: Source, item: Item) -> list[Clue]:
    key, spec = object_key(item), item["spec"]
    name = object_name(item)
    thing = _thing(source, item, "inference-service")
    clues: list[Clue] = [
        thing,
        Same(key, f"host:{name}-predictor", thing.at),
        Same(key, f"host:{name}", thing.at),
        *_routes(source, key, thing, f"/v1/models/{name}:predict", f"/v2/models/{name}/infer"),
    ]
    for part, type_ in (("transformer", "preprocessing-job"), ("explainer", "explanation-service")):
        if spec[part]:
            inner = f"{key}/{part}"
            clues.append(Thing(inner, type_, f"{name} {part}", source.at(spec[part].at), 0.8, parent=key))
            ends = (inner, key) if part == "transformer" else (key, inner)
            clues.append(Move(*ends, source.at(spec[part].at), "features", 0.7))
            for container in spec[part]["containers"].each():
                clues += container_clues(inner, container, source)
    predictor = spec["predictor"]
    clues += _served(key, predictor["model"], source)
    for framework in _FRAMEWORKS:
        clues += _served(key, predictor[framework], source, framework)
    for container in predictor["containers"].each():
        clues += container_clues(key, container, source)
    return clues


def _served(key: str, model: Item, source: Source, framework: str = "") -> list[Clue]:
    if not model:
        return []
    clues = model_clues(key, model["storageUri"], source)
    format_ = model["modelFormat"]["name"]
    word = framework or format_.text
    if word:
        at = source.at(format_.at or model.at)
        clues.append(Part("framework", word, at, model["runtimeVersion"].text or format_["version"].text))
        if known := _FORMATS.get(word):
            clues.append(Fact(key, "model_format", known, at))
    return clues


def _runtime(source: Source, item: Item) -> list[Clue]:
    """A ServingRuntime says which image serves a format; it is no service by itself."""
    key = object_key(item)
    return [
        c
        for one in item["spec"]["containers"].each()
        for c in container_clues(key, one, source)
        if isinstance(c, Part)
    ]


def _routes(source: Source, key: str, thing: Thing, *paths: str) -> list[Clue]:
    """Return the addresses by which callers know a model."""
    return [Same(key, f"route:POST {path}@code:{source.path}", thing.at) for path in paths]


# -- Seldon


def _seldon(source: Source, item: Item) -> list[Clue]:
    thing = _thing(source, item, "inference-service")
    key = object_key(item)
    clues: list[Clue] = [thing]
    place = f"/seldon/*/{object_name(item)}"
    paths = ("api/v1.0/predictions", "api/v0.1/predictions", "v2/models/*/infer")
    clues += _routes(source, key, thing, *(f"{place}/{path}" for path in paths))
    predictors = item["spec"]["predictors"].each()
    for predictor in predictors:
        images = [
            c for spec in predictor["componentSpecs"].each() for c in (spec["spec"]["containers"].each())
        ]
        for container in images:
            clues += container_clues(key, container, source, alone=len(images) == 1)
        clues += _graph(source, key, predictor["graph"], object_name(item), 0)
        at = source.at(predictor["name"].at or predictor.at)
        clues.append(Same(key, f"host:{object_name(item)}-{predictor['name'].text}", at))
    return clues


def _graph(source: Source, key: str, node: Item, deployment: str, depth: int) -> list[Clue]:
    if not node or depth > 20:
        return []
    name = node["name"].text
    inner, at = f"{key}/{name}", source.at(node["name"].at or node.at)
    kinds = {
        "TRANSFORMER": "preprocessing-job",
        "ROUTER": "process",
        "COMBINER": "process",
        "OUTPUT_TRANSFORMER": "preprocessing-job",
    }
    clues: list[Clue] = []
    alone = not depth and not node["children"]
    if not alone:
        clues.append(
            Thing(
                inner,
                kinds.get(node["type"].text, "inference-service"),
                name or deployment,
                at,
                0.8,
                parent=key,
            )
        )
    clues += model_clues(key if alone else inner, node["modelUri"], source)
    if "SKLEARN" in node["implementation"].text:
        clues.append(
            Fact(key if alone else inner, "model_format", "joblib", source.at(node["implementation"].at))
        )
    for child in node["children"].each():
        other = f"{key}/{child['name'].text}"
        where = source.at(child["name"].at or child.at)
        clues += [Move(inner, other, where, "features", 0.75), Move(other, inner, where, "prediction", 0.6)]
        clues += _graph(source, key, child, deployment, depth + 1)
    return clues


def _seldon_model(source: Source, item: Item) -> list[Clue]:
    """Seldon Core 2 and ModelMesh: a Model or Predictor names where its weights are."""
    key = object_key(item)
    clues = [_thing(source, item, "inference-service"), *model_clues(key, item["spec"]["storageUri"], source)]
    path = item["spec"]["path"] or item["spec"]["storage"]["path"]
    if (
        not item["spec"]["storageUri"]
        and path.text
        and (bucket := item["spec"]["storage"]["parameters"]["bucket"]).text
    ):
        clues.append(
            Move(bucket_key("s3", bucket.text), key, source.at(path.at), "model weights", 0.7, opened_by=key)
        )
    return clues


def _seldon_pipeline(source: Source, item: Item) -> list[Clue]:
    clues: list[Clue] = [_thing(source, item, "inference-service")]
    for step in item["spec"]["steps"].each():
        for text, line in step["inputs"].texts():
            clues.append(
                Move(
                    f"service:{text.partition('.')[0]}",
                    f"service:{step['name'].text}",
                    source.at(line),
                    "tensors",
                    0.8,
                )
            )
    return clues


# -- Kubeflow and others


def _training_job(source: Source, item: Item) -> list[Clue]:
    key = object_key(item)
    clues: list[Clue] = [_thing(source, item, "training-job"), *placed(key, item, source)]
    kinds = [one for name, one in item["spec"].items() if name.endswith("ReplicaSpecs")]
    for replicas in kinds:
        for one in replicas.values():
            clues += pod_clues(key, one["template"]["spec"], source)
    for text, line in item["spec"]["trainer"]["command"].texts()[:1]:
        argv = tuple(word for word, _ in item["spec"]["trainer"]["command"].texts())
        clues.append(Runs(key, argv or (text,), source.at(line)))
    return list(dict.fromkeys(clues))


def _notebook(source: Source, item: Item) -> list[Clue]:
    return [
        _thing(source, item, "notebook"),
        *pod_clues(object_key(item), item["spec"]["template"]["spec"], source),
    ]


def _katib(source: Source, item: Item) -> list[Clue]:
    key = object_key(item)
    clues: list[Clue] = [_thing(source, item, "hyperparameter-search")]
    spec = item.get("spec", "trialTemplate", "trialSpec", "spec")
    return clues + pod_clues(key, spec["template"]["spec"], source)


def _ray(source: Source, item: Item) -> list[Clue]:
    key, spec = object_key(item), item["spec"]
    type_ = {"RayService": "inference-service", "RayJob": "training-job"}.get(
        item["kind"].text, "compute-cluster"
    )
    clues: list[Clue] = [_thing(source, item, type_)]
    cluster = spec["rayClusterConfig"] or spec["rayClusterSpec"] or spec
    for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"].each()):
        clues += pod_clues(key, group["template"]["spec"], source)
    if entry := spec["entrypoint"]:
        clues.append(Runs(key, tuple(entry.text.split()), source.at(entry.at)))
    if serve := spec["serveConfigV2"]:
        from mantlet.discovery.readers.ray_serve import config_clues  # noqa: PLC0415

        clues += config_clues(source, serve.text, serve.line, key)
    return list(dict.fromkeys(clues))


def _spark(source: Source, item: Item) -> list[Clue]:
    key, spec = object_key(item), item["spec"]
    template = spec["template"] or spec
    clues: list[Clue] = [_thing(source, item, "preprocessing-job")]
    file = template["mainApplicationFile"]
    if file.text:
        words = [
            "spark-submit",
            re.sub(r"^local://", "", file.text),
            *(text for text, _ in template["arguments"].texts()),
        ]
        clues.append(Runs(key, tuple(words), source.at(file.at)))
    return clues + container_clues(key, Item({"image": template["image"]}, item.line), source)


_HANDLERS = {
    "InferenceService": _inference_service,
    "ServingRuntime": _runtime,
    "ClusterServingRuntime": _runtime,
    "SeldonDeployment": _seldon,
    "Model": _seldon_model,
    "Predictor": _seldon_model,
    "Pipeline": _seldon_pipeline,
    "Notebook": _notebook,
    "Experiment": _katib,
    "RayService": _ray,
    "RayJob": _ray,
    "RayCluster": _ray,
    "SparkApplication": _spark,
    "ScheduledSparkApplication": _spark,
}
