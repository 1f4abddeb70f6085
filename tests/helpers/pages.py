"""A report as text and as a tree of elements."""

import json
import re
from xml.etree import ElementTree

from bayes_saude import write_report

SCRIPTS = re.compile(r"<(script|style)\b([^>]*)>(.*?)</\1>", re.DOTALL)


def written(folders, out, **kwargs) -> str:
    return write_report(folders, out / "report.html", **kwargs).read_text(encoding="utf-8")


def tree(html: str) -> ElementTree.Element:
    """Parse a page as XML, which forgives nothing; what scripts and styles hold is left out."""
    return ElementTree.fromstring(SCRIPTS.sub(r"<\1\2></\1>", html.removeprefix("<!DOCTYPE html>")))


def text_of(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


def data_of(html: str) -> list[dict]:
    return [
        json.loads(body)
        for kind, attributes, body in SCRIPTS.findall(html)
        if "application/json" in attributes
    ]
