"""Small line icons for element types: drawn on a 16 × 16 grid, with round ends, in one stroke width.

A type without an icon of its own has that of the nearest more general type.
"""

from __future__ import annotations

from mantlet.model.vocabulary import Vocabulary

GRID = 16.0

PATHS = {
    "person": "M8 7.5a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5M2.8 14c.4-3 2.5-4.7 5.2-4.7s4.8 1.7 5.2 4.7",
    "system": "M2 3h12v8H2zM8 11v3M5 14h6",
    "globe": "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4M1.8 8h12.4M8 1.8c2 2 2.7 4 2.7 6.2S10 12.200 8 14.200M8 1.8C6 3.800 5.300 5.800 5.300 8S6 12.200 8 14.200",
    "device": "M4 4h8v8H4zM6.500 1.500v2.500M9.500 1.500v2.500M6.500 12v2.500M9.500 12v2.500M1.500 6.500H4M1.500 9.500H4M12 6.500h2.500M12 9.500h2.500",
    "gear": "M8 10.300a2.300 2.300 0 1 0 0-4.600 2.300 2.300 0 0 0 0 4.600M8 1.500v2M8 12.500v2M1.500 8h2M12.500 8h2M3.400 3.400l1.400 1.400M11.200 11.200l1.400 1.400M12.600 3.400l-1.400 1.400M4.800 11.200l-1.400 1.400",
    "window": "M1.800 2.800h12.400v10.400H1.800zM1.800 6h12.400M4 4.400h.1",
    "phone": "M4.500 1.500h7v13h-7zM7.200 12.300h1.600",
    "gateway": "M2 5.500h10.500M9.800 2.800l2.700 2.700-2.700 2.700M14 10.500H3.500M6.200 7.800l-2.700 2.700 2.700 2.700",
    "key": "M5.200 13.300a2.900 2.900 0 1 0 0-5.800 2.900 2.900 0 0 0 0 5.800M7.300 8.400l6.200-6.200M11.200 4.500l2 2",
    "function": "M4 14l4.200-8.500M5.200 2.200c2 0 2.500 1 3.300 3.800l1.400 5.200c.5 1.800 1.100 2.500 2.500 2.300",
    "stream": "M1.800 5c2-2 4-2 6.200 0s4.200 2 6.200 0M1.800 11c2-2 4-2 6.200 0s4.200 2 6.200 0",
    "bell": "M3 11.500h10c-1.300-1.200-1.500-2.500-1.500-4.500a3.500 3.500 0 0 0-7 0c0 2-.2 3.300-1.500 4.500M6.700 14h2.600",
    "model": "M3.500 5.200a1.700 1.700 0 1 0 0-3.400 1.700 1.700 0 0 0 0 3.400M3.500 14.200a1.700 1.700 0 1 0 0-3.400 1.700 1.700 0 0 0 0 3.400M12.500 9.700a1.700 1.700 0 1 0 0-3.400 1.700 1.700 0 0 0 0 3.400M5.100 4.200l5.900 3M5.100 11.700l5.900-2.900",
    "eye": "M1.500 8C3 5 5.300 3.500 8 3.500S13 5 14.500 8c-1.500 3-3.800 4.500-6.500 4.500S3 11 1.500 8M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4",
    "speech": "M6 2.500a2 2 0 0 1 4 0v5a2 2 0 0 1-4 0zM3.500 7.500a4.500 4.500 0 0 0 9 0M8 12v2.500",
    "star": "M8 1.800l1.900 3.900 4.300.6-3.100 3 .7 4.300L8 11.600l-3.800 2 .7-4.300-3.100-3 4.300-.6z",
    "spark": "M8 1.500c.6 3.800 1.700 5 5.500 5.700-3.800.7-4.900 1.900-5.500 5.700-.6-3.800-1.700-5-5.500-5.700 3.800-.7 4.900-1.900 5.500-5.700M13 11.500v3M11.500 13h3",
    "chat": "M2 3h12v8H8l-3.500 3v-3H2zM5 6h6M5 8.300h4",
    "robot": "M3 6h10v7.500H3zM8 6V3.300M8 3.200h.1M6 9.300v.8M10 9.300v.8M1.300 8.500v2.500M14.700 8.500v2.500",
    "wrench": "M13.800 4.600a3.600 3.600 0 0 1-4.900 4.300l-4.700 4.700a1.500 1.500 0 0 1-2.100-2.100l4.700-4.700a3.600 3.600 0 0 1 4.300-4.900L9 4l.5 2.500L12 7z",
    "terminal": "M1.800 2.800h12.400v10.400H1.800zM4.300 6l2.400 2-2.400 2M8.500 10.300h3",
    "search": "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10M10.700 10.700l3.600 3.600",
    "shield": "M8 1.800l5.500 2v4c0 3.200-2.200 5.300-5.500 6.500-3.300-1.200-5.500-3.300-5.500-6.500v-4zM5.500 8l1.800 1.800 3.200-3.400",
    "intake": "M8 1.800v7.700M4.800 6.500L8 9.700l3.200-3.200M2 10.500v3.700h12v-3.700",
    "funnel": "M1.800 2.500h12.400L9.500 8.300v5l-3 1.200V8.300z",
    "mask": "M2 4.500c4-1.300 8-1.300 12 0 0 4-1 6.500-3 7-1.300.3-2-1.300-3-1.300s-1.700 1.600-3 1.300c-2-.5-3-3-3-7M5 7h1.500M9.500 7H11",
    "tag": "M2 2.500h5.500l6.700 6.700-5.200 5.200L2.300 7.700zM5 5.500h.1",
    "train": "M1.500 8h2M12.500 8h2M3.500 4.500v7M6 3v10M10 3v10M12.500 4.500v7M6 8h4",
    "merge": "M8 14V9.500M8 9.500L3.500 5V2M8 9.500L12.500 5V2M1.700 3.800L3.500 2l1.800 1.800M10.700 3.800L12.500 2l1.800 1.800",
    "check": "M2.500 2.500h11v11h-11zM5 8.200l2.200 2.200L11.200 6",
    "convert": "M2 6a5 5 0 0 1 9.500-1.500M11.800 1.800v2.900H8.900M14 10a5 5 0 0 1-9.500 1.500M4.200 14.200v-2.900h2.900",
    "book": "M3.500 2h9.500v12H3.500zM6.200 2v12M2 5h1.500M2 8h1.500M2 11h1.500M8.500 5.500H11",
    "flowchart": "M1.800 2h4.500v4H1.800zM9.700 10h4.500v4H9.700zM9.700 2h4.500v4H9.700zM6.300 4h3.400M12 6v4",
    "rocket": "M6 10L9.500 3.800c1-1.600 2.500-2.200 4.500-2-.1 2-.7 3.500-2.300 4.500zM6 10l-.8-.8M8.800 7.600L10 10.200 8.300 13M8 6.300L5.300 5.800 2.800 8M4.800 11.200L2 14",
    "pulse": "M1.500 8.500h3l2-5 3 9 2-4h3",
    "servers": "M2 2.500h12v4.500H2zM2 9h12v4.500H2zM4.500 4.800h.1M4.500 11.300h.1",
    "database": "M2.800 3.800c0-1.200 2.300-2 5.200-2s5.200.8 5.200 2v8.400c0 1.200-2.300 2-5.200 2s-5.200-.8-5.200-2zM2.800 3.800c0 1.200 2.300 2 5.200 2s5.200-.8 5.200-2M2.800 8c0 1.200 2.300 2 5.200 2s5.200-.8 5.200-2",
    "bucket": "M2 4c0-1 2.700-1.800 6-1.800S14 3 14 4s-2.700 1.800-6 1.800S2 5 2 4M2 4l1.700 9c.2.800 2 1.300 4.300 1.300s4.100-.5 4.300-1.300L14 4",
    "file": "M3.500 1.800h6l3 3v9.400h-9zM9.500 1.800v3h3",
    "bolt": "M9 1.500L3.500 9H8l-1 5.500L12.500 7H8z",
    "queue": "M1.800 5h3v6h-3zM6.500 5h3v6h-3zM11.200 5h3v6h-3z",
    "list": "M5.500 3.500h8.500M5.500 8h8.500M5.500 12.500h8.500M2.200 3.500h.1M2.200 8h.1M2.200 12.500h.1",
    "box": "M8 1.500l6 3v7l-6 3-6-3v-7zM2 4.500l6 3 6-3M8 7.500v7",
    "branch": "M4.500 5a1.700 1.700 0 1 0 0-3.400 1.700 1.700 0 0 0 0 3.400M4.500 14.400a1.700 1.700 0 1 0 0-3.400 1.700 1.700 0 0 0 0 3.400M11.500 6.500a1.700 1.700 0 1 0 0-3.400 1.700 1.700 0 0 0 0 3.400M4.500 5v6M11.500 6.500c0 2.500-3 2.700-7 3.500",
    "cube": "M8 1.500l6 3v7l-6 3-6-3v-7zM2 4.500l6 3 6-3M8 7.500v7M5 3l6 3",
    "table": "M2 2.500h12v11H2zM2 6h12M2 9.700h12M6.500 6v7.500",
    "vectors": "M2.500 13.500V2.500M2.500 13.500h11M2.500 13.500l7-8M9.700 8.200V5.200H6.700M12.500 10.500h.1M6 10.700h.1M12 3h.1",
    "memory": "M3 4.500h10v7H3zM5.500 11.500v2M8 11.500v2M10.500 11.500v2M5.500 7v2M8 7v2M10.500 7v2",
    "prompt": "M2 3h12v8H8l-3.500 3v-3H2zM5 5.300l1.700 1.500L5 8.300M8.300 8.300h2.400",
    "chart": "M2 2v12h12M5 11V8M8.200 11V4.500M11.400 11V6.500",
    "sliders": "M2 4.500h5M10.500 4.500H14M2 11.500h2.500M8 11.500h6M8.700 2.700v3.600M6.200 9.700v3.600",
    "group": "M2 6h9v8H2zM5 6V3h9v8h-3",
    "cloud": "M4.500 12.500a3 3 0 0 1-.3-6 4 4 0 0 1 7.700.9 2.600 2.600 0 0 1-.4 5.100z",
    "operator": "M3 14V2.500h6V14M9 6h4v8M1.500 14h13M5 5h2M5 7.700h2M5 10.400h2M11 8.700h.1M11 11.300h.1",
    "boundary": "M2 4.500V2h2.500M7 2h2M11.500 2H14v2.500M14 7v2M14 11.500V14h-2.500M9 14H7M4.500 14H2v-2.500M2 9V7",
    "internet": "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4M1.8 8h12.4M8 1.8c2 2 2.700 4 2.700 6.200S10 12.200 8 14.200M8 1.8C6 3.800 5.300 5.800 5.300 8S6 12.200 8 14.200",
    "loop": "M13 6.500A5.200 5.200 0 1 0 13.200 9.500M13.500 3v3.700H9.800",
    "members": "M2 6h9v8H2zM5 6V3h9v8h-3",
}  # fmt: skip

_BY_TYPE = {
    "external-entity": "system", "person": "person", "web-source": "globe", "device": "device", "partner-agent": "robot",
    "data-provider": "database", "process": "gear", "web-service": "gear", "web-app": "window", "browser-client": "window",
    "mobile-app": "phone", "api-gateway": "gateway", "authentication-service": "key", "serverless-function": "function",
    "stream-processor": "stream", "notification-service": "bell", "inference-service": "model", "batch-scoring-job": "model",
    "edge-inference": "device", "recommender": "star", "vision-service": "eye", "speech-service": "speech",
    "anomaly-detector": "pulse", "llm-service": "spark", "embedding-service": "vectors", "explanation-service": "chart",
    "llm-app": "chat", "retriever": "search", "guardrail": "shield", "agent": "robot", "tool": "wrench",
    "code-interpreter": "terminal", "ingestion-job": "intake", "scraper": "globe", "preprocessing-job": "funnel",
    "data-validation": "check", "anonymiser": "mask", "synthetic-data-generator": "spark", "labelling-service": "tag",
    "training-job": "train", "federated-server": "merge", "federated-client": "train", "hyperparameter-search": "sliders",
    "evaluation-job": "check", "model-converter": "convert", "notebook": "book", "pipeline-orchestrator": "flowchart",
    "ci-pipeline": "rocket", "deployment-service": "rocket", "monitoring-service": "pulse", "compute-cluster": "servers",
    "data-store": "database", "database": "database", "data-warehouse": "table", "object-store": "bucket",
    "file-store": "file", "cache": "bolt", "queue": "queue", "log-store": "list", "backup": "box", "secret-store": "key",
    "config-store": "sliders", "source-repository": "branch", "package-index": "box", "container-registry": "box",
    "dataset-store": "table", "label-store": "tag", "evaluation-set": "check", "feature-store": "table",
    "vector-index": "vectors", "knowledge-base": "book", "conversation-memory": "memory", "prompt-store": "prompt",
    "model-artifact": "cube", "model-registry": "cube", "model-hub": "globe", "dataset-hub": "globe",
    "experiment-tracker": "chart", "tool-registry": "wrench",
}  # fmt: skip


def icon_for(vocabulary: Vocabulary, name: str) -> str:
    """Return the icon of an element type, or of the nearest more general one; a gear for an unknown type."""
    return next((_BY_TYPE[item] for item in vocabulary.lineage(name) if item in _BY_TYPE), "gear")
