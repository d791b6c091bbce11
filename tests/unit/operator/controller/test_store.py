"""The newest version of an object counts, in whatever order the API server reports them."""

from __future__ import annotations

from detector_operator.controller.store import ListResult, NamespacedName, Store
from support.fake_api_server import KEY


def resource(version, uid="a"):
    return {"metadata": {"namespace": "team", "name": "pets", "uid": uid, "resourceVersion": str(version)}}


def job(version, uid="j1", name="pets-train-1", owner="pets", controller="pets"):
    return {
        "metadata": {
            "namespace": "team",
            "name": name,
            "uid": uid,
            "resourceVersion": str(version),
            "labels": {"detector-training.io/name": owner} if owner else {},
            "ownerReferences": [reference("detector-training.io/v1alpha1", "DetectorTraining", controller)] if controller else [],
        }
    }


def reference(version, kind, name):
    return {"apiVersion": version, "kind": kind, "name": name, "uid": f"uid-of-{name}", "controller": True}


def version(store):
    known = store.resource(KEY)
    return known and known["metadata"]["resourceVersion"]


def uids(store):
    return [each["metadata"]["uid"] for each in store.jobs(KEY)]


def replace(store, resources=(), jobs=(), at=100):
    store.replace(ListResult(list(resources), str(at)), ListResult(list(jobs), str(at)), ListResult([], str(at)))


def test_the_event_of_an_earlier_write_does_not_undo_a_later_one():
    store = Store()
    store.put_resource(resource(9))
    store.put_resource(resource(8))
    assert version(store) == "9"


def test_versions_are_numbers():
    store = Store()
    store.put_resource(resource(9))
    store.put_resource(resource(10))
    assert version(store) == "10"


def test_a_late_event_of_a_deleted_resource_does_not_hide_the_one_that_took_its_name():
    store = Store()
    store.put_resource(resource(7, "b"))
    store.put_resource(resource(5, "a"))
    store.drop_resource(resource(6, "a"))
    assert store.resource(KEY)["metadata"]["uid"] == "b"


def test_the_answer_to_a_write_does_not_bring_back_what_was_deleted_meanwhile():
    store = Store()
    store.put_resource(resource(1))
    store.drop_resource(resource(2))
    store.put_resource(resource(1))
    assert store.resource(KEY) is None


def test_a_job_belongs_to_the_resource_that_its_label_names_and_that_controls_it():
    store = Store()
    assert store.put_job(job(1)) == KEY
    assert store.put_job(job(1, "j2", "other", owner=None)) is None
    assert store.put_job(job(1, "j3", "labelled", controller=None)) is None
    assert store.put_job(job(1, "j4", "of-another", controller="other")) is None
    assert uids(store) == ["j1"]


def pod(version, controller=True):
    made = job(version, "p1", "pets-train-1-x")
    made["metadata"]["ownerReferences"] = [reference("batch/v1", "Job", "pets-train-1")] if controller else []
    return made


def test_a_pod_that_no_job_controls_belongs_to_nothing():
    store = Store()
    assert store.put_pod(pod(1, controller=False)) is None
    assert store.pods(KEY) == []


def test_a_pod_that_its_job_no_longer_controls_is_forgotten():
    """As after `kubectl delete job --cascade=orphan`."""
    store = Store()
    assert store.put_pod(pod(2)) == KEY
    assert store.put_pod(pod(1, controller=False)) == KEY  # older than what is known
    assert len(store.pods(KEY)) == 1
    assert store.put_pod(pod(3, controller=False)) == KEY
    assert store.pods(KEY) == []


def test_jobs_of_a_name_that_comes_again_are_distinguished_by_uid():
    store = Store()
    store.put_job(job(1, "j1"))
    store.put_job(job(3, "j2"))
    store.drop_job(job(2, "j1"))
    assert uids(store) == ["j2"]


def test_nothing_is_kept_of_what_was_deleted():
    store = Store()
    store.put_resource(resource(1))
    store.put_job(job(1))
    store.drop_job(job(2))
    store.drop_resource(resource(3))
    assert (list(store), store._jobs.objects, store._resources.objects) == ([], {}, {})


def test_managed_fields_are_not_kept():
    store = Store()
    manifest = resource(1)
    manifest["metadata"]["managedFields"] = [{"manager": "kubectl"}]
    store.put_resource(manifest)
    assert "managedFields" not in store.resource(KEY)["metadata"]


def test_what_a_whole_list_does_not_have_is_gone():
    store = Store()
    store.put_resource(resource(1))
    store.put_job(job(2))
    replace(store, at=100)
    assert (store.resource(KEY), store.jobs(KEY)) == (None, [])


def test_what_came_after_the_list_stays():
    store = Store()
    store.put_job(job(101))
    replace(store, at=100)
    assert uids(store) == ["j1"]


def test_what_changed_after_the_list_stays_as_it_is():
    store = Store()
    store.put_resource(resource(101))
    replace(store, [resource(99)], at=100)
    assert version(store) == "101"


def test_what_was_deleted_after_the_list_does_not_come_back():
    store = Store()
    store.put_job(job(99))
    store.drop_job(job(101))
    replace(store, jobs=[job(99)], at=100)
    assert uids(store) == []


def test_uids_of_what_was_deleted_are_remembered_only_until_the_next_list():
    store = Store()
    store.drop_job(job(1))
    replace(store)
    assert store._jobs._deleted == set()


def test_resources_of_one_name_in_two_namespaces_are_two():
    store = Store()
    store.put_resource(resource(1))
    other = resource(2, "b")
    other["metadata"]["namespace"] = "other"
    assert store.put_resource(other) == NamespacedName("other", "pets")
    assert len(list(store)) == 2


def elsewhere(manifest, uid):
    return {"metadata": {**manifest["metadata"], "namespace": "other", "uid": uid}}


def test_the_lists_of_one_namespace_say_nothing_about_another():
    store = Store()
    for manifest in (resource(1), elsewhere(resource(2), "b")):
        store.put_resource(manifest)
    for manifest in (job(1), elsewhere(job(2), "j2")):
        store.put_job(manifest)
    empty = ListResult([], "100")
    store.replace(empty, empty, empty, "other")
    assert (list(store), uids(store), store.jobs(NamespacedName("other", "pets"))) == ([KEY], ["j1"], [])


def test_what_was_deleted_in_another_namespace_does_not_come_back_either():
    store = Store()
    store.put_job(job(1))
    store.drop_job(job(2))
    empty = ListResult([], "100")
    store.replace(empty, empty, empty, "other")
    store.put_job(job(1))
    assert uids(store) == []


def test_the_resources_of_a_namespace():
    store = Store()
    store.put_resource(resource(1))
    store.put_resource(elsewhere(resource(2), "b"))
    assert (store.keys("team"), store.keys()) == ({KEY}, {KEY, NamespacedName("other", "pets")})
