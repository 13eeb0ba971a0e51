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
