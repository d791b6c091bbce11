"""A pod mounts the ConfigMap of an inline config: what has its name must be ours, with our text, and must stay."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from detector_operator.api import DetectorTraining
from detector_operator.builders.config_map import build_config_map
from detector_operator.controller.api_errors import ApiError
from detector_operator.controller.compact import compact
from detector_operator.controller.config_maps import ensure_config_map
from detector_operator.controller.inline_config_cache import InlineConfigCache
from support.fake_api_server import FakeApiServer
from support.kubernetes_objects import OWNER, UID
from support.trainings import training

CREATE, GET = ("create", "configmaps"), ("get", "configmaps")


def inline(uid=UID):
    resource = training(pipelineConfig={"inline": "model {}"})
    return resource.model_copy(update={"metadata": OWNER.model_copy(update={"uid": uid})})


NAME = build_config_map(inline())["metadata"]["name"]


@pytest.fixture
def server():
    return FakeApiServer()


def ensure(server, resource=None, texts=None, **more):
    before = len(server.requests)
    try:
        why = asyncio.run(ensure_config_map(server, resource or inline(), texts or InlineConfigCache(), **more))
    finally:
        asked = [(verb, plural) for verb, plural, _ in server.requests[before:]]
    return why, asked


def there(server, owner=UID, **changed):
    """A ConfigMap of the name is there."""
    manifest = build_config_map(inline(owner))
    metadata = {**manifest["metadata"], **changed.pop("metadata", {})}
    server.put("configmaps", {**manifest, "metadata": metadata, **changed})


def test_it_is_created_with_one_request(server):
    assert ensure(server) == (None, [CREATE])
    assert server.objects["configmaps", NAME]["data"] == {"pipeline.config": "model {}"}


def test_a_config_that_is_not_inline_needs_none(server):
    assert asyncio.run(ensure_config_map(server, training(), InlineConfigCache(), expected=True)) is None
    assert server.requests == []


def test_ours_with_our_text_is_taken(server):
    there(server)
    assert ensure(server) == (None, [CREATE, GET])


def test_one_that_probably_exists_takes_one_request_too(server):
    there(server)
    assert ensure(server, expected=True) == (None, [GET])


def test_one_that_was_deleted_meanwhile_is_created_again(server):
    assert ensure(server, expected=True) == (None, [GET, CREATE])


@pytest.mark.parametrize(
    ("owner", "metadata"),
    [(UID, {"deletionTimestamp": "2026-01-01T00:00:00Z"}), ("earlier-uid", {})],
    ids=["in deletion", "of an earlier resource of the name, whose owner is gone"],
)
@pytest.mark.parametrize("expected", [False, True])
def test_one_that_will_be_gone_soon_is_waited_for(server, owner, metadata, expected):
    there(server, owner, metadata=metadata)
    with pytest.raises(
        ApiError, match=f"ConfigMap {NAME} of an earlier DetectorTraining of this name is being deleted"
    ) as caught:
        ensure(server, expected=expected)
    assert caught.value.status == 409
    del server.objects["configmaps", NAME]
    assert ensure(server)[0] is None


def test_one_that_goes_between_the_two_requests_is_waited_for_too(server, monkeypatch):
    there(server)

    async def gone(*_):
        return None

    monkeypatch.setattr(server, "read", gone)
    with pytest.raises(ApiError, match="is being deleted"):
        ensure(server)


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"metadata": {"ownerReferences": []}}, "it has no owner"),
        (
            {
                "metadata": {
                    "ownerReferences": [{"apiVersion": "v1", "kind": "Deployment", "name": "web", "uid": "u", "controller": True}]
                }
            },
            "it is owned by Deployment web, not by this DetectorTraining",
        ),
        ({"data": {"pipeline.config": "model { other }"}}, "its data is not spec.pipelineConfig.inline"),
        ({"data": None}, "its data is not spec.pipelineConfig.inline"),
    ],
    ids=["nobody's", "another's", "another text", "no text"],
)
def test_one_that_the_pods_cannot_use_is_reported_with_what_to_do(server, changed, what):
    there(server, **changed)
    why, _ = ensure(server)
    assert (why.reason, f"ConfigMap {NAME} exists, but {what}" in why.message) == ("JobNotCreated", True), why
    assert f"kubectl delete configmap {NAME}" in why.hint


@pytest.mark.parametrize(("status", "reason"), [(409, "Conflict"), (403, "Forbidden"), (429, "TooManyRequests")])
def test_any_other_error_is_not_mistaken_for_one_that_exists(server, status, reason):
    server.refuse("configmaps", status, "no", reason)
    with pytest.raises(ApiError, match="no"):
        ensure(server)
    assert server.requests == [("create", "configmaps", NAME)]


@pytest.fixture
def with_digest(server):
    """A resource as the store keeps it; the API server has all of it."""
    whole = server.put("detectortrainings", inline().to_dict())
    return DetectorTraining.model_validate(compact(whole))


def test_the_text_of_a_digest_is_read_again(server, with_digest):
    assert with_digest.spec.pipeline_config.inline != "model {}"
    assert ensure(server, with_digest) == (None, [("get", "detectortrainings"), CREATE])
    assert server.objects["configmaps", NAME]["data"] == {"pipeline.config": "model {}"}


def test_unless_it_is_kept(server, with_digest):
    texts = InlineConfigCache()
    texts.add("model {}")
    assert ensure(server, with_digest, texts) == (None, [CREATE])
    assert server.objects["configmaps", NAME]["data"] == {"pipeline.config": "model {}"}


def test_one_that_exists_is_compared_by_its_digest(server, with_digest):
    there(server)
    assert ensure(server, with_digest, expected=True) == (None, [GET])
    there(server, data={"pipeline.config": with_digest.spec.pipeline_config.inline})
    assert ensure(server, with_digest, expected=True)[0].reason == "JobNotCreated"


@pytest.mark.parametrize("now", [{"pipelineConfig": {"inline": "model { }"}}, {"pipelineConfig": {"path": "/p"}}, None])
def test_no_config_map_gets_another_text_than_the_one_that_was_decided_on(server, with_digest, now):
    del server.objects["detectortrainings", "pets"]
    if now is not None:
        server.put("detectortrainings", training(**now).to_dict())
    with pytest.raises(ApiError, match="DetectorTraining pets has changed") as caught:
        ensure(server, with_digest)
    assert caught.value.status == 409
    assert ("configmaps", NAME) not in server.objects


def test_a_rejection_leaves_nothing_behind(server):
    server.refuse("configmaps", 403, "no")
    with suppress(ApiError):
        ensure(server)
    assert server.objects == {}
