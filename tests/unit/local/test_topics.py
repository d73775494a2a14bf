"""Which topics there must be, and what is wrong with those that are."""

from services.local.topics import MESSAGE_BYTES, partition_differences, wanted
from services.shared.settings import Party, Settings


def test_each_party_has_a_topic_and_verdicts_and_dead_letters_have_theirs() -> None:
    topics = wanted(Settings(partitions=3, parties={"carrier": Party()}))
    assert {"handoff.sales.v1", "handoff.carrier.v1"} < {topic.name for topic in topics}
    assert {"handoff.verdicts.v1", "handoff.dead-letters.v1"} < {topic.name for topic in topics}
    assert {topic.partitions for topic in topics} == {3}


def test_topics_keep_thirty_days_by_the_brokers_clock() -> None:
    for topic in wanted(Settings()):
        assert topic.config["retention.ms"] == str(30 * 24 * 60 * 60 * 1000)
        assert topic.config["message.timestamp.type"] == "LogAppendTime"


def test_the_largest_message_fits_with_headers_into_the_dead_letters() -> None:
    limits = {topic.name: int(topic.config["max.message.bytes"]) for topic in wanted(Settings())}
    assert limits["handoff.sales.v1"] == MESSAGE_BYTES
    assert limits["handoff.dead-letters.v1"] > MESSAGE_BYTES


def test_another_number_of_partitions_is_named_with_the_remedy() -> None:
    existing = {"handoff.sales.v1": 5, "handoff.finance.v1": 4}
    (difference,) = partition_differences(Settings(partitions=4), existing)
    assert "handoff.sales.v1 has 5 partitions and HANDOFF_PARTITIONS is 4" in difference.says
    assert "HANDOFF_PARTITIONS=5" in difference.remedy
