"""What a step or a file is, from its name: the vocabulary's type, or nothing where the name doesn't tell."""

from __future__ import annotations

import posixpath
import re

STORES = frozenset(("object-store", "database", "data-warehouse", "cache", "queue", "dataset-store", "feature-store", "vector-index", "file-store", "model-artifact", "secret-store", "log-store", "container-registry", "config-store", "knowledge-base"))  # fmt: skip
"""Types of things that keep data."""
_STEPS = (
    ("evaluation-job", r"evaluat|\bevals?\b|validate_?model|\btest_?model|score_?model|benchmark|metrics"),
    ("batch-scoring-job", r"batch|score|scoring|infer|predict"),
    ("fine-tuning-job", r"fine_?tun|finetun|lora|\bsft\b|\bdpo\b|rlhf"),
    ("hyperparameter-search", r"hyper|tune|tuning|\bhpo\b|optuna|\bsweep"),
    ("training-job", r"train(?!ing_?data)|\bfit\b|segment|cluster"),
    ("data-validation", r"validat|quality|expectation|\bcheck|\bdrift"),
    ("ingestion-job", r"ingest|download|fetch|collect|crawl|scrape|extract|\bload|\bpull|\bget_|import|sync"),
    ("deployment-service", r"deploy|release|promote|rollout|publish"),
    ("model-converter", r"convert|export|quantiz|quantis|onnx|compile"),
    ("preprocessing-job", r"prepar|process|clean|featur|transform|split|token|embed|merge|join|augment|encode|index|etl|build"),
)  # fmt: skip
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _STEPS)


def step_type(*names: str) -> str:
    """Return the type of a step from its name, else from the command that it runs."""
    for name in names:
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace("-", "_")
        words = re.sub(r"_+", "_", words)
        for kind, pattern in _COMPILED:
            if pattern.search(words) or pattern.search(words.replace("_", " ")):
                return kind
    return "preprocessing-job"


_STORES = (
    ("config-store", r"(^|/)(config|conf|configs|settings)/[^.]*$"),
    ("model-artifact", r"\.(pkl|pickle|joblib|pt|pth|h5|hdf5|onnx|safetensors|bin|gguf|ggml|keras|pb|tflite|ckpt|model|mlmodel|cbm|bst|mar|engine|pmml|ubj)$|(^|/)(models?|weights|checkpoints?)(/|$)"),
    ("dataset-store", r"\.(csv|tsv|parquet|feather|jsonl|ndjson|arrow|xml|avro|orc|npy|npz|txt|xlsx?|zip|gz|tar|tfrecord|mp3|wav|mp4)$|(^|/)(data|datasets?)(/|$)"),
    ("database", r"\.(db|sqlite3?|duckdb)$"),
    ("file-store", r"\.(png|jpe?g|svg|html|json|pdf|md)$|(^|/)(metrics|plots?|reports?|eval|results?|outputs?|images?|figures)(/|$)"),
    ("log-store", r"\.log$|(^|/)logs?(/|$)"),
    ("config-store", r"(^|/)(config|conf|configs|settings)(/|$)|\.(ya?ml|toml|ini|cfg|conf|env)$"),
)  # fmt: skip
_FEATURES = re.compile(r"(^|/)(features?|data|prepared|processed|raw|interim|intermediate)/")


def store_type(path: str) -> str:
    """Return the type of a file or folder from its path; a pickle in a folder of data is data."""
    low = path.lower()
    if _FEATURES.search(low) and re.search(r"\.(pkl|pickle|json|npz|bin|h5|pt)$", low):
        return "dataset-store"
    return next((kind for kind, pattern in _STORES if re.search(pattern, low)), "")


def name_of(path: str) -> str:
    """Return the last part of a path."""
    return posixpath.basename(path.rstrip("/"))
