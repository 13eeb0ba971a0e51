"""Small files of other tools, written by us."""

from __future__ import annotations

from pathlib import Path

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
A = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
B = "http://schemas.datacontract.org/2004/07/ThreatModeling.KnowledgeBase"
ABSTRACT = "http://schemas.datacontract.org/2004/07/ThreatModeling.Model.Abstracts"


def guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def attr(kind: str, label: str, name: str, value: str) -> str:
    return (
        f'<a:anyType i:type="b:{kind}DisplayAttribute" xmlns:b="{B}"><b:DisplayName>{label}</b:DisplayName>'
        f'<b:Name>{name}</b:Name><b:Value i:type="c:string" xmlns:c="http://www.w3.org/2001/XMLSchema">{value}</b:Value></a:anyType>'
    )


def choice(label: str, name: str, options: tuple[str, ...], selected: int) -> str:
    listed = "".join(f"<a:string>{option}</a:string>" for option in options)
    return (
        f'<a:anyType i:type="b:ListDisplayAttribute" xmlns:b="{B}"><b:DisplayName>{label}</b:DisplayName><b:Name>{name}</b:Name>'
        f'<b:Value i:type="a:ArrayOfstring">{listed}</b:Value><b:SelectedIndex>{selected}</b:SelectedIndex></a:anyType>'
    )


def drawn(number: int, kind: str, generic: str, type_: str, name: str, members: str, more: str = "") -> str:
    fields = f"<GenericTypeId>{generic}</GenericTypeId><Guid>{guid(number)}</Guid>"
    return (
        f'<a:KeyValueOfguidanyType xmlns:a="{A}"><a:Key>{guid(number)}</a:Key><a:Value i:type="{kind}">{fields}'
        f"<Properties>{attr('String', 'Name', '', name)}{more}</Properties><TypeId>{type_}</TypeId>{members}"
        "</a:Value></a:KeyValueOfguidanyType>"
    )


def box(left: int, top: int, width: int, height: int) -> str:
    return f"<Height>{height}</Height><Left>{left}</Left><Top>{top}</Top><Width>{width}</Width>"


def line(source: int, target: int, points: tuple[int, ...]) -> str:
    x, y, u, v, hx, hy = points
    ends = f"<SourceGuid>{guid(source)}</SourceGuid><SourceX>{x}</SourceX><SourceY>{y}</SourceY>"
    return (
        f"<HandleX>{hx}</HandleX><HandleY>{hy}</HandleY>{ends}"
        f"<TargetGuid>{guid(target)}</TargetGuid><TargetX>{u}</TargetX><TargetY>{v}</TargetY>"
    )


def stencil(name: str, title: str, parent: str, shape: str, attributes: str = "") -> str:
    return (
        f"<b:ElementType><b:Attributes>{attributes}</b:Attributes><b:Id>{name}</b:Id><b:Name>{title}</b:Name>"
        f"<b:ParentId>{parent}</b:ParentId><b:Representation>{shape}</b:Representation></b:ElementType>"
    )


def attribute(name: str, *values: str) -> str:
    listed = "".join(f"<c:Value>{value}</c:Value>" for value in values)
    return (
        '<b:Attribute><b:AttributeValues xmlns:c="x">'
        + listed
        + f"</b:AttributeValues><b:DisplayName>{name}</b:DisplayName>"
        f"<b:Mode>Dynamic</b:Mode><b:Name>{name}</b:Name><b:Type>List</b:Type></b:Attribute>"
    )


def rule(name: str, title: str, include: str, exclude: str = "", category: str = "S") -> str:
    return (
        f"<b:ThreatType><b:Category>{category}</b:Category><b:Description>{title} in words.</b:Description><b:GenerationFilters>"
        f"<b:Exclude>{exclude}</b:Exclude><b:Include>{include}</b:Include></b:GenerationFilters><b:Id>{name}</b:Id>"
        f"<b:ShortTitle>{title}</b:ShortTitle></b:ThreatType>"
    )


KNOWLEDGE = f"""<KnowledgeBase xmlns:b="{B}"><b:GenericElements>
{stencil("GE.P", "Generic Process", "ROOT", "Ellipse", attribute("hasInputSanitizers", "Not Selected", "Yes", "No"))}
{stencil("GE.EI", "Outsider", "ROOT", "Rectangle")}{stencil("GE.DS", "Store", "ROOT", "ParallelLines")}
{stencil("GE.DF", "Flow", "ROOT", "Line", attribute("providesConfidentiality", "No", "Yes"))}
{stencil("GE.TB.B", "Box", "ROOT", "BorderBoundary")}{stencil("GE.TB.L", "Line", "ROOT", "LineBoundary")}</b:GenericElements>
<b:Manifest><b:Author>us</b:Author><b:Id>{guid(999)}</b:Id><b:Name>Small</b:Name><b:Version>1.0.0.0</b:Version></b:Manifest>
<b:StandardElements>{stencil("SE.P.TMCore.WebServer", "Web Server", "GE.P", "Inherited")}
{stencil("SE.DS.Odd", "Vector database", "GE.DS", "Inherited")}</b:StandardElements>
<b:ThreatCategories><b:ThreatCategory><b:Id>S</b:Id><b:Name>Spoofing</b:Name><b:ShortDescription>Posing.</b:ShortDescription></b:ThreatCategory></b:ThreatCategories>
<b:ThreatTypes>
{rule("S1", "Spoofing of {source.Name}", "source is 'GE.EI' and (flow crosses 'GE.TB.B' or flow crosses 'GE.TB.L')")}
{rule("I1", "Sniffing {flow.Name}", "target is 'GE.P'", "flow.providesConfidentiality is 'Yes'", "X")}
{rule("N1", "Never", "source is 'ROOT'")}
{rule("B1", "Broken", "source is is 'x'")}</b:ThreatTypes></KnowledgeBase>"""


def threat(
    kind: str, ends: tuple[int, int, int], state: str, justification: str = "", title: str = ""
) -> str:
    source, flow, target = (guid(item) for item in ends)
    texts = (
        f"<a:KeyValueOfstringstring><a:Key>Title</a:Key><a:Value>{title}</a:Value></a:KeyValueOfstringstring>"
    )
    if justification:
        texts += f"<a:KeyValueOfstringstring><a:Key>StateInformation</a:Key><a:Value>{justification}</a:Value></a:KeyValueOfstringstring>"
    return (
        f"<a:Pair><a:Key>{kind}{source}{flow}{target}</a:Key><a:Value><b:FlowGuid>{flow}</b:FlowGuid><b:Id>1</b:Id>"
        f"<b:Properties>{texts}</b:Properties><b:SourceGuid>{source}</b:SourceGuid><b:State>{state}</b:State>"
        f"<b:TargetGuid>{target}</b:TargetGuid><b:TypeId>{kind}</b:TypeId></a:Value></a:Pair>"
    )


def tm7(*, knowledge: str = KNOWLEDGE, threats: str = "") -> bytes:
    """A user outside, a server and a store in a box, a line between user and server, and a flow with a loose end."""
    yes = choice("Confidential", "providesConfidentiality", ("No", "Yes"), 1)
    no = choice("Confidential", "providesConfidentiality", ("No", "Yes"), 0)
    shapes = (
        drawn(1, "BorderBoundary", "GE.TB.B", "GE.TB.B", "Data centre", box(200, 0, 500, 300))
        + drawn(2, "StencilRectangle", "GE.EI", "GE.EI", "User", box(0, 100, 100, 100))
        + drawn(
            3, "StencilEllipse", "GE.P", "SE.P.TMCore.WebServer", "Shop &amp; API", box(250, 100, 100, 100)
        )
        + drawn(4, "StencilParallelLines", "GE.DS", "SE.DS.Odd", "Answers", box(500, 100, 100, 100))
        + drawn(5, "StencilRectangle", "GE.A", "GE.A", "A remark", box(0, 400, 100, 30))
    )
    lines = (
        drawn(10, "Connector", "GE.DF", "GE.DF", "Ask", line(2, 3, (100, 150, 250, 150, 175, 150)), no)
        + drawn(
            11,
            "Connector",
            "GE.DF",
            "SE.DF.TMCore.HTTPS",
            "Look up",
            line(3, 4, (350, 150, 500, 150, 425, 150)),
            yes,
        )
        + drawn(12, "Connector", "GE.DF", "GE.DF", "Loose", line(3, 77, (350, 180, 400, 280, 375, 230)), no)
        + drawn(
            13,
            "LineBoundary",
            "GE.TB.L",
            "SE.TB.L.TMCore.Internet",
            "Edge",
            line(0, 0, (150, 0, 150, 300, 150, 150)),
        )
    )
    return f"""<ThreatModel xmlns="http://schemas.datacontract.org/2004/07/ThreatModeling.Model" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:a="{A}" xmlns:b="{B}">
<DrawingSurfaceList><DrawingSurfaceModel><Guid>{guid(100)}</Guid><Borders>{shapes}</Borders><Header>Main</Header><Lines>{lines}</Lines></DrawingSurfaceModel></DrawingSurfaceList>
<MetaInformation><Assumptions>The admins are honest.</Assumptions><Owner>ana</Owner><ThreatModelName>Shop</ThreatModelName></MetaInformation>
<ThreatInstances>{threats}</ThreatInstances><Version>4.3</Version>{knowledge}</ThreatModel>""".encode()


def threat_dragon() -> dict:
    def cell(number: int, shape: str, kind: str, name: str, place: tuple[int, int], **data: object) -> dict:
        return {
            "id": guid(number), "shape": shape, "position": {"x": place[0], "y": place[1]}, "size": {"width": 100, "height": 60},
            "zIndex": number, "vendor-note": number, "data": {"type": kind, "name": name, "description": "", "outOfScope": False, **data},
        }  # fmt: skip

    def flow(number: int, source: int, target: int, name: str, **data: object) -> dict:
        return {
            "id": guid(number), "shape": "flow", "source": {"cell": guid(source)}, "target": {"cell": guid(target)},
            "vertices": [], "data": {"type": "tm.Flow", "name": name, "threats": [], **data},
        }  # fmt: skip

    told = {
        "id": guid(90),
        "title": "Stolen password",
        "type": "Spoofing",
        "status": "Mitigated",
        "severity": "High",
        "mitigation": "Passkeys",
    }
    more = {
        "id": guid(91),
        "title": "Guessing",
        "type": "Tampering",
        "status": "Open",
        "severity": "Low",
        "description": "They guess.",
        "vendor-note": 1,
    }
    cells = [
        {**cell(1, "trust-boundary-box", "tm.BoundaryBox", "Cloud", (200, 0)), "size": {"width": 500, "height": 300}},
        cell(2, "actor", "tm.Actor", "User", (0, 100), threats=[told]),
        cell(3, "process", "tm.Process", "Shop", (250, 100), isWebApplication=True, threats=[more]),
        cell(4, "store", "tm.Store", "Orders", (500, 100), isEncrypted=True),
        flow(10, 2, 3, "Buy", isEncrypted=True, protocol="HTTP/S"),
        flow(11, 3, 4, "Keep"),
        {"id": guid(13), "shape": "trust-boundary-curve", "source": {"x": 150, "y": 0}, "target": {"x": 150, "y": 400}, "data": {"type": "tm.Boundary", "name": "Edge"}},
    ]  # fmt: skip
    diagram = {"id": 0, "title": "Main", "diagramType": "STRIDE", "version": "2.3.0", "cells": cells}
    summary = {"title": "Shop", "owner": "ana", "description": "", "id": 0, "vendor-note": 0}
    return {
        "version": "2.3.0",
        "summary": summary,
        "detail": {
            "contributors": [],
            "diagrams": [diagram],
            "diagramTop": 1,
            "reviewer": "",
            "threatTop": 2,
        },
    }


def otm() -> dict:
    return {
        "otmVersion": "0.2.0",
        "project": {"id": "shop", "name": "Shop", "vendor-note": 1},
        "assets": [{"id": "orders", "name": "Orders", "risk": {"confidentiality": 100, "integrity": 50, "availability": 10}}],
        "trustZones": [{"id": "z", "name": "Cloud", "type": "public-cloud", "risk": {"trustRating": 60}, "vendor-note": 2}],
        "components": [
            {"id": "c1", "name": "Client", "type": "web-client", "parent": {"trustZone": "z"}, "vendor-note": 3},
            {"id": "c2", "name": "Shop", "type": "web-service", "parent": {"trustZone": "z"},
             "threats": [{"threat": "t1", "state": "exposed", "mitigations": [{"mitigation": "m1", "state": "required"}]}]},
            {"id": "c3", "name": "Store", "type": "CD-X", "parent": {"component": "c2"}, "assets": {"stored": ["orders"], "processed": []}},
        ],
        "dataflows": [
            {"id": "f1", "name": "Buy", "source": "c1", "destination": "c2", "bidirectional": True, "assets": ["orders"], "vendor-note": 4},
            {"id": "f2", "name": "Keep", "source": "c2", "destination": "c3"},
        ],
        "threats": [{"id": "t1", "name": "Stolen password", "categories": ["Spoofing"], "cwes": ["CWE-287"], "risk": {"likelihood": 50, "impact": 50}}],
        "mitigations": [{"id": "m1", "name": "Passkeys", "riskReduction": 80}],
    }  # fmt: skip


def tmbom() -> dict:
    return {
        "version": "1.0",
        "scope": {"title": "Shop", "description": "", "business_criticality": "high", "data_sensitivity": ["pii"], "exposure": "external", "tier": "important"},
        "trust_zones": [{"symbolic_name": "cloud", "title": "Cloud", "description": "", "vendor-note": 1}],
        "trust_boundaries": [],
        "actors": [{"symbolic_name": "user", "title": "User", "description": "", "type": "user", "permissions": "buy"}],
        "components": [{"symbolic_name": "shop", "title": "Shop", "description": "", "trust_zone": "cloud", "vendor-note": 2}],
        "data_stores": [{"symbolic_name": "orders", "title": "Orders", "description": "", "type": "sql", "vendor": "us", "trust_zone": "cloud"}],
        "data_sets": [{"symbolic_name": "names", "title": "Names", "description": "", "data_sensitivity": ["pii"], "placements": [{"data_store": "orders", "encrypted": True}]}],
        "data_flows": [
            {"symbolic_name": "buy", "title": "Buy", "description": "", "source": {"type": "actor", "object": "user"},
             "destination": {"type": "component", "object": "shop"}, "has_sensitive_data": True, "encrypted": True},
            {"symbolic_name": "keep", "title": "Keep", "description": "", "source": {"type": "component", "object": "shop"},
             "destination": {"type": "data_store", "object": "orders"}, "has_sensitive_data": True, "encrypted": False},
        ],
        "threats": [{"symbolic_name": "stolen", "title": "Stolen password", "description": "", "components_affected": ["shop"], "weaknesses": [{"cwe_id": 287}]}],
        "controls": [{"symbolic_name": "passkeys", "title": "Passkeys", "description": "", "threats": ["stolen"], "status": "active", "priority": "high"}],
    }  # fmt: skip


def threagile() -> str:
    asset = (
        "usage: business, used_as_client_by_human: false, out_of_scope: false, size: service, internet: false, machine: virtual, owner: us, "
        "confidentiality: internal, integrity: important, availability: important, multi_tenant: false, redundant: true, vendor-note: 7"
    )
    return f"""threagile_version: 1.0.0
title: Shop
author: {{name: ana}}
business_criticality: important
data_assets:
  Orders: {{id: orders, usage: business, quantity: many, confidentiality: confidential, integrity: critical, availability: operational}}
technical_assets:
  Client:
    {{id: client, type: external-entity, technology: browser, encryption: none, {asset}, communication_links: {{Buy: {{target: shop, protocol: https, authentication: token, readonly: false, data_assets_sent: [orders], data_assets_received: []}}}}}}
  Shop:
    {{id: shop, type: process, technology: web-server, encryption: none, {asset}, communication_links: {{Keep: {{target: store, protocol: jdbc, authentication: credentials, readonly: false, data_assets_sent: [orders]}}}}}}
  Store:
    {{id: store, type: datastore, technology: database, encryption: transparent, {asset}, data_assets_stored: [orders], communication_links: {{}}}}
trust_boundaries:
  Cloud: {{id: cloud, type: network-cloud-provider, technical_assets_inside: [shop, store], trust_boundaries_nested: []}}
shared_runtimes: {{}}
risk_tracking:
  sql-injection@store: {{status: mitigated, justification: Prepared statements, ticket: T-1, date: 2026-01-31, checked_by: lee}}
"""


def pytm_json() -> dict:
    return {
        "name": "Shop",
        "boundaries": [{"name": "Cloud"}],
        "elements": [
            {"__class__": "Actor", "name": "User"},
            {
                "__class__": "Server",
                "name": "Shop",
                "inBoundary": "Cloud",
                "controls": {"sanitizesInput": True},
            },
            {"__class__": "Datastore", "name": "Orders", "inBoundary": "Cloud", "isSQL": True},
        ],
        "flows": [
            {"name": "Buy", "source": "User", "sink": "Shop", "protocol": "HTTPS", "note": "often"},
            {"name": "Keep", "source": "Shop", "sink": "Orders"},
        ],
    }


def drawio() -> str:
    def vertex(name: str, label: str, style: str, place: tuple[int, int, int, int]) -> str:
        x, y, width, height = place
        geometry = f'<mxGeometry x="{x}" y="{y}" width="{width}" height="{height}" as="geometry"/>'
        return (
            f'<mxCell id="{name}" value="{label}" style="{style}" vertex="1" parent="1">{geometry}</mxCell>'
        )

    def edge(name: str, label: str, source: str, target: str) -> str:
        geometry = '<mxGeometry relative="1" as="geometry"/>'
        return f'<mxCell id="{name}" value="{label}" style="endArrow=classic;html=1;" edge="1" parent="1" source="{source}" target="{target}">{geometry}</mxCell>'

    cells = [
        vertex("b", "Cloud", "rounded=0;dashed=1;html=1;fillColor=none;", (200, 0, 500, 300)),
        vertex("u", "User", "rounded=0;whiteSpace=wrap;html=1;", (0, 100, 100, 60)),
        vertex("p", "Shop &lt;b&gt;one&lt;/b&gt;", "ellipse;whiteSpace=wrap;html=1;", (250, 100, 100, 60)),
        vertex("s", "Orders", "shape=cylinder3;html=1;", (500, 100, 100, 60)),
        edge("f1", "Buy", "u", "p"),
        edge("f2", "Keep", "p", "s"),
    ]
    root = f'<root><mxCell id="0"/><mxCell id="1" parent="0"/>{"".join(cells)}</root>'
    return f'<mxfile><diagram id="d" name="Page-1"><mxGraphModel>{root}</mxGraphModel></diagram></mxfile>'


def threat_composer() -> dict:
    return {
        "schema": 1,
        "applicationInfo": {"name": "Shop", "description": "Sells", "vendor-note": 1},
        "assumptions": [{"id": guid(1), "numericId": 1, "content": "Admins are honest"}],
        "mitigations": [{"id": guid(2), "numericId": 1, "content": "Passkeys", "status": "mitigationResolved"}],
        "assumptionLinks": [],
        "mitigationLinks": [{"mitigationId": guid(2), "linkedId": guid(3)}],
        "threats": [
            {"id": guid(3), "numericId": 1, "statement": "A thief can log in", "status": "threatResolved", "vendor-note": 2,
             "impactedGoal": ["integrity"], "metadata": [{"key": "STRIDE", "value": ["S"]}]},
            {"id": guid(4), "numericId": 2, "threatSource": "insider", "threatAction": "read orders"},
        ],
    }  # fmt: skip
