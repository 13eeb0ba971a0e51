"""What the names of variables tell that nothing sets."""

from __future__ import annotations

import re
from collections.abc import Collection

_AIMED = re.compile(
    r"^(\w+?)_(?:(?:base|internal|bootstrap|tracking|connection|api|server)_)*(URLS?|URIS?|HOST|HOSTNAME|ADDR|ADDRESS|ENDPOINT|SERVERS?|BROKERS?)$",
    re.IGNORECASE,
)


def address_of(variable: str, services: Collection[str]) -> str:
    """Return the address that a variable without a value names by its own name: `TEI_SERVICE_URL` is `http://tei_service`."""
    aimed = _AIMED.match(variable)
    if aimed is None:
        return ""
    name = aimed[1].lower().replace("-", "_")
    fitting = [service for service in services if service.lower().replace("-", "_") == name]
    if len(fitting) != 1:
        return ""
    return f"http://{fitting[0]}" if aimed[2].upper().startswith(("URL", "URI", "ENDPOINT")) else fitting[0]
