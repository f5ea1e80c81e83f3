"""The documents that ship: every word exists here, every header is used, and each says where it was read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

import leadqual as lq
from leadqual import integrations, policies
from leadqual.integrations.document import SKIP, Document, File, Rule, Value
from leadqual.integrations.fields import all_properties, contact_fields, kind_properties
from leadqual.integrations.files.matching import headers_of

SYSTEMS = integrations.systems()
STAGES = frozenset(policies.sales().stages)


def _document(system: str) -> Document:
    return integrations.mapping(system).document


def _rules(document: Document) -> Iterator[tuple[str, File, Rule]]:
    for name, file in document.files.items():
        for rule in file.interactions:
            yield name, file, rule


def _used(document: Document) -> Iterator[tuple[str, str, frozenset[str] | None]]:
    """Yield each use of a vocabulary: its name, for what, and the words that can stand there."""
    for file in document.files.values():
        for columns in file.columns.values():
            for column in columns:
                if column.words:
                    taken = contact_fields().get(column.to)
                    yield column.words, column.to, STAGES if column.to == "stage" else taken.words if taken else None
        for rule in file.interactions:
            for name in ("kind", "channel", "direction", *rule.properties):
                value = getattr(rule, name, None) or rule.properties.get(name)
                if isinstance(value, Value) and value.words:
                    yield value.words, name, frozenset(lq.BUILT_IN) if name == "kind" else all_properties()[name].words


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_meaning_exists(system: str) -> None:
    document = _document(system)
    for vocabulary, where, known in _used(document):
        if known is not None:
            unknown = set(document.words[vocabulary].values()) - known - {SKIP}
            assert not unknown, f"{vocabulary}, for {where}"


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_vocabulary_is_used(system: str) -> None:
    document = _document(system)
    assert {name for name, _, _ in _used(document)} == set(document.words)


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_kind_exists_and_gets_what_it_needs(system: str) -> None:
    document = _document(system)
    for name, _, rule in _rules(document):
        kinds = set(document.words[rule.kind.words or ""].values()) if isinstance(rule.kind, Value) else {rule.kind}
        for kind in kinds - {SKIP}:
            needed = {field for field, taken in kind_properties(kind).items() if taken.required}
            given = set(rule.properties) | ({"channel"} if rule.channel else set())
            assert needed <= given, f"{name}: {rule.id}, {kind}"


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_wish_not_to_be_reached_is_never_lost_for_want_of_a_time(system: str) -> None:
    for name, _, rule in _rules(_document(system)):
        if rule.kind == "opted_out":
            assert rule.or_at_export, f"{name}: {rule.id}"
            assert rule.properties["how"] == "imported"


@pytest.mark.parametrize("system", SYSTEMS)
def test_aliases_belong_to_headers_that_the_document_names(system: str) -> None:
    document = _document(system)
    named = {name: set(headers_of(file)) for name, file in document.files.items()}
    for name, file in document.files.items():
        assert set(file.aliases) <= named[name], name
    assert set(document.aliases) <= set().union(*named.values())


@pytest.mark.parametrize("system", SYSTEMS)
def test_ids_of_interactions_tell_files_apart(system: str) -> None:
    beginnings: dict[str, str] = {}
    for name, file, rule in _rules(_document(system)):
        beginning = re.split("{", rule.id)[0]
        other = beginnings.setdefault(beginning, name)
        # A person in two files of contacts is one person, with one wish.
        assert other == name or file.about == "contacts", f"{beginning} in {other} and {name}"


@pytest.mark.parametrize("system", SYSTEMS)
def test_it_says_where_and_when_its_names_were_read(system: str) -> None:
    document = _document(system)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", document.read_on or "")
    assert document.source
    assert re.fullmatch(r"\d{4}\.\d\d\.\d\d", document.version)
    if system != "generic":
        assert "ot verified" in integrations.mapping_text(system)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_document_that_changes_one_rule_keeps_all_others(system: str) -> None:
    document = _document(system)
    for name, file in document.files.items():
        for rule in file.interactions:
            changed = integrations.Mapping.loads(
                f"{{extends: {system}, system: own, title: Own, version: 1, files: {{{json.dumps(name)}: "
                f"{{interactions: [{{id: {json.dumps(rule.id)}, campaign: Expo}}]}}}}}}"
            )
            rules = changed.document.files[name].interactions
            assert [one.id for one in rules] == [one.id for one in file.interactions]
            assert {one.campaign for one in rules if one.id == rule.id} == {"Expo"}
