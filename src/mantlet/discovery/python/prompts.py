"""Language models and the chains and agents round them."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from mantlet.discovery.python.catalogue import Api
from mantlet.discovery.python.given import everything, use_all
from mantlet.discovery.python.resources import argument
from mantlet.discovery.python.texts import one
from mantlet.discovery.python.values import (
    HOLE,
    UNKNOWN,
    Function,
    Instance,
    Mapping,
    Origin,
    Sequence,
    Value,
    cap,
)

if TYPE_CHECKING:
    from mantlet.discovery.python.machine import Machine


def by_provider(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """`init_chat_model("openai/gpt-4o")`: who runs the model is a part of its name."""
    del recv
    model = one(argument(api.arg, args, named, UNKNOWN)).replace(HOLE, "*")
    provider = one(named.get("model_provider") or UNKNOWN)
    if HOLE in provider:
        provider = re.split(r"[/:]", model)[0] if re.search(r"[/:]", model) else ""
    key, title = PROVIDERS.get(provider.replace("-", "_"), ("", ""))
    if not key:
        key, title = next(
            (found for prefix, found in _PREFIXES.items() if model.startswith(prefix)),
            ("saas:llm", "LLM provider"),
        )
    resource = m.resource(key, "llm-service", title, m.at(node))
    m.event("connect", node, resource)
    return Value((Instance(api.returns or name, resource),))


def chain(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """A chain or agent calls the models, retrievers and tools that it is made of."""
    del recv
    made = Instance(api.returns or "langchain.chain")
    parts = [atom for value in everything(args, named) for atom in _flattened(value)]
    made.extra["parts"] = parts
    made.resource = next(
        (
            atom.resource
            for atom in parts
            if getattr(atom, "resource", None) is not None and atom.resource.type == "llm-service"
        ),
        None,
    )
    made.extra["label"] = re.sub(r"\.(from_\w+)$", "", name).rpartition(".")[2]
    made.extra["at"] = m.at(node)
    if api.role:
        m.event("agent", node, None, detail=api.role)
    return Value((made,), cap(frozenset().union(*(value.origins for value in everything(args, named)))))


def _flattened(value: Value, depth: int = 0) -> list[Any]:
    found: list[Any] = []
    for atom in value.atoms:
        if isinstance(atom, Sequence) and depth < 3:
            for item in atom.items[:16]:
                found += _flattened(item, depth + 1)
        elif isinstance(atom, Mapping) and depth < 3:
            for item in list(atom.items.values())[:16]:
                found += _flattened(item, depth + 1)
        else:
            found.append(atom)
    return found


def run_chain(m: Machine, atom: Instance, args: list[Value], node: ast.AST, depth: int = 0) -> Value:
    """Call a chain: each part gets what comes in, and the answer is the last one's."""
    label = atom.extra.get("label", "")
    if label[:1].isupper() and depth == 0 and m.module is not None:
        code = f"{m.module.code}#{label}"
        with m.entering(code, atom.extra["at"], m.at(node), m.module):
            m.event("generate", node, None, detail="llm-service")
            return _run_parts(m, atom, args, node, 1)
    return _run_parts(m, atom, args, node, depth)


def _run_parts(m: Machine, atom: Instance, args: list[Value], node: ast.AST, depth: int) -> Value:
    origins: frozenset[Origin] = frozenset()
    for part in atom.extra.get("parts", ()):
        if isinstance(part, Instance) and part.extra.get("parts") and depth < 6:
            origins |= run_chain(m, part, args, node, depth + 1).origins
        elif isinstance(part, Instance) and part.resource is not None:
            m.event("receive", node, part.resource, _says(part))
            if part.resource.type == "conversation-memory":
                m.event("store", node, part.resource, "messages")
            if part.resource.type == "llm-service" or part.type == "langchain.llm":
                m.event("store", node, part.resource, "prompt")
                use_all(m, args, node, part.resource)
        elif isinstance(part, Function):
            origins |= m.acts.call(m, Value((part,)), args[:1], {}, node).origins
    use_all(m, args, node)
    return Value((Instance("langchain.answer"),), cap(origins | m.made()))


def engine(
    m: Machine, api: Api, name: str, args: list[Value], named: dict[str, Value], node: ast.AST, recv: Value
) -> Value:
    """An engine over an index retrieves, and has the model that is set for all answer."""
    del api, name
    index = next((a.resource for a in recv.atoms if isinstance(a, Instance) and a.resource is not None), None)
    if index is not None:
        m.event("receive", node, index, "retrieved passages")
    given = [v for key, v in m.outside.items() if key.endswith("Settings.llm")]
    model = next((a.resource for v in given for a in v.atoms if isinstance(a, Instance) and a.resource), None)
    model = model or m.resource("saas:openai", "llm-service", "OpenAI API", m.at(node))
    m.event("store", node, model, "prompt with passages")
    m.event("receive", node, model, "answer")
    use_all(m, everything(args, named), node, model)
    return Value((Instance("llama_index.Response"),), m.made())


def _says(part: Instance) -> str:
    return "retrieved passages" if part.type.endswith(("vectorstore", "Engine")) else "answer"


PROVIDERS = {
    "openai": ("saas:openai", "OpenAI API"), "azure_openai": ("saas:azure-openai", "Azure OpenAI"), "azure": ("saas:azure-openai", "Azure OpenAI"),
    "anthropic": ("saas:anthropic", "Anthropic API"), "google_genai": ("saas:gemini", "Google Gemini API"), "gemini": ("saas:gemini", "Google Gemini API"),
    "google_vertexai": ("saas:vertex-ai", "Vertex AI"), "vertex_ai": ("saas:vertex-ai", "Vertex AI"), "bedrock": ("saas:bedrock", "Amazon Bedrock"),
    "cohere": ("saas:cohere", "Cohere API"), "mistralai": ("saas:mistral", "Mistral API"), "mistral": ("saas:mistral", "Mistral API"),
    "groq": ("saas:groq", "Groq API"), "ollama": ("saas:ollama", "Ollama"), "fireworks": ("saas:fireworks", "Fireworks API"),
    "together": ("saas:together", "Together API"), "deepseek": ("saas:deepseek", "DeepSeek API"), "xai": ("saas:xai", "xAI API"),
    "huggingface": ("saas:huggingface-inference", "Hugging Face inference API"), "openrouter": ("saas:openrouter", "OpenRouter"),
    "voyageai": ("saas:voyage", "Voyage AI"),
}  # fmt: skip
_PREFIXES = {
    "gpt": PROVIDERS["openai"], "o1": PROVIDERS["openai"], "o3": PROVIDERS["openai"], "text-embedding": PROVIDERS["openai"],
    "claude": PROVIDERS["anthropic"], "gemini": PROVIDERS["gemini"], "command": PROVIDERS["cohere"], "mistral": PROVIDERS["mistral"],
    "deepseek": PROVIDERS["deepseek"], "llama": PROVIDERS["groq"],
}  # fmt: skip
