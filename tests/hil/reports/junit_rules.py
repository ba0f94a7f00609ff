"""The rules of both of Jenkins' schemas for JUnit files, by hand: where they differ, the stricter one.

jenkins-junit.xsd (2010) and junit-10.xsd (https://github.com/jenkinsci/xunit-plugin); the timestamp's form is that of
Ant's schema (https://github.com/windyroad/JUnit-Schema).
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

SUITE = {"name", "tests", "failures", "errors", "time", "skipped", "timestamp", "hostname", "id", "package"}
SUITE_WANTED = {"name", "tests", "failures", "errors"}
CASE = {"name", "time", "classname"}
TIME = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?")
TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")
CHILDREN = {  # of an element, in this order, with their attributes
    "testsuite": ["properties", "testcase"],
    "properties": ["property"],
    "testcase": ["skipped", "error", "failure"],
    **{leaf: [] for leaf in ("property", "skipped", "error", "failure")},
}
ATTRIBUTES = {
    "testsuite": SUITE,
    "testcase": CASE,
    "property": {"name", "value"},
    "error": {"type", "message"},
    "failure": {"type", "message"},
    "skipped": set(),
    "properties": set(),
}
WANTED = {"testsuite": SUITE_WANTED, "testcase": {"name"}, "property": {"name", "value"}}


def checked_suite(path):
    """The suite of a file that keeps to the rules."""
    suite = ElementTree.parse(path).getroot()
    assert suite.tag == "testsuite"
    for element in suite.iter():
        assert set(element.keys()) <= ATTRIBUTES[element.tag], element.tag
        assert set(element.keys()) >= WANTED.get(element.tag, set()), element.tag
        order = [CHILDREN[element.tag].index(child.tag) for child in element]
        assert order == sorted(order), element.tag
        assert element.get("time") is None or TIME.fullmatch(element.get("time"))
        assert element.tag in ("skipped", "error", "failure") or not (element.text or "").strip()
    assert len(suite.findall("properties")) <= 1
    assert all(len(block) for block in suite.iter("properties"))
    assert all(len(case) <= 1 for case in suite.iter("testcase"))
    assert suite.get("timestamp") is None or TIMESTAMP.fullmatch(suite.get("timestamp"))
    for count, ended in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.get(count, "0")) == len(suite.findall(f"testcase/{ended}"))
    assert int(suite.get("tests")) == len(suite.findall("testcase"))
    return suite


def properties_of(suite):
    return {element.get("name"): element.get("value") for element in suite.findall("properties/property")}
