"""The role that is shipped for alerts lets them do their work, and add to the audit only.

The tests' mongod asks nobody who they are, so it says what a role allows and does not hold anybody
to it.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from services.alerts.audit_store import ENTRIES, HEADS
from services.alerts.documents import DOCUMENTS
from services.alerts.oncall_events import SOURCE
from services.alerts.store import MongoAlertStore
from services.shared.mongo import Row
from services.shared.outbox import Outbox
from services.shared.settings import MongoSettings, Settings
from services.shared.turn import Turn

ROLE = Path(__file__).parents[2] / "deploy" / "mongo" / "alerts-role.js"
DATABASE = MongoSettings().database
CHANGES = {"update", "remove", "dropCollection", "collMod", "renameCollectionSameDB"}


def shipped() -> dict[str, Any]:
    """What the script makes, and where."""
    script = re.fullmatch(
        rf'(?://.*\n)+db\.getSiblingDB\("{DATABASE}"\)\.createRole\((.*)\);\n',
        ROLE.read_text(),
        re.DOTALL,
    )
    assert script
    role: dict[str, Any] = json.loads(script[1])
    return role


def actions(role: dict[str, Any]) -> dict[str, set[str]]:
    """What may be done with each collection."""
    assert {each["resource"]["db"] for each in role["privileges"]} == {DATABASE}
    return {each["resource"]["collection"]: set(each["actions"]) for each in role["privileges"]}


@pytest.fixture
def made(client: "MongoClient[Row]") -> Iterator[dict[str, Any]]:
    """As Mongo understood it."""
    role, database = shipped(), client[DATABASE]
    name = role.pop("role")
    database.command("createRole", name, **role)
    try:
        (found,) = database.command("rolesInfo", name, showPrivileges=True)["roles"]
        yield found
    finally:
        database.command("dropRole", name)


def test_the_audit_is_found_in_and_added_to_and_nothing_else(made: dict[str, Any]) -> None:
    assert actions(made)[ENTRIES] == {"find", "insert", "createIndex"}
    assert not made["roles"]
    assert all(each["resource"]["collection"] for each in made["privileges"])


def test_it_names_every_collection_that_alerts_have_and_no_other(
    client: "MongoClient[Row]", fresh_database: Settings, made: dict[str, Any]
) -> None:
    name = fresh_database.mongo.database
    MongoAlertStore(client, name, Outbox(client, name, SOURCE)).prepare()
    assert Turn(client, name, SOURCE).take()
    there = set(client[name].list_collection_names())
    documents = {each._get_collection_name() for each in DOCUMENTS}
    assert (
        actions(made).keys()
        == there
        == documents
        | {
            ENTRIES,
            HEADS,
            f"{SOURCE}.outbox",
            f"{SOURCE}.relay",
        }
    )


def test_only_what_is_no_record_may_be_changed(made: dict[str, Any]) -> None:
    changed = {name for name, allowed in actions(made).items() if allowed & CHANGES}
    assert changed == actions(made).keys() - {ENTRIES}
    removed = {name for name, allowed in actions(made).items() if "remove" in allowed}
    assert removed == {f"{SOURCE}.outbox"}


def test_the_readme_leads_to_it() -> None:
    readme = (ROLE.parents[2] / "README.md").read_text()
    assert "(deploy/mongo/alerts-role.js)" in readme
