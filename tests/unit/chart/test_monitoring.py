"""What a platform team watches the operator with: Service, ServiceMonitor, alerts, runbook, dashboard, policies."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from cluster.helm import CHART
from cluster.images import ROOT
from detector_operator.controller import training_collector
from support.monitoring import (
    ALERTS,
    DASHBOARD,
    RUNBOOK,
    alerts,
    dashboard,
    exported,
    expressions,
    families,
    family_of,
    metrics_in,
    panels,
)

EVERYTHING = (
    "metrics.serviceMonitor.enabled=true",
    "metrics.prometheusRule.enabled=true",
    "metrics.dashboard.enabled=true",
)
SELECTOR = {"app.kubernetes.io/name": "detector-training", "app.kubernetes.io/instance": "detector-training"}


def kinds(manifests):
    return {(manifest["kind"], manifest["metadata"]["name"]) for manifest in manifests}


def only(manifests, kind):
    (found,) = (manifest for manifest in manifests if manifest["kind"] == kind)
    return found


# What is rendered


def test_by_default_there_is_a_service_and_nothing_that_needs_other_crds(render):
    new = kinds(render()) - kinds(render("metrics.enabled=false"))
    assert new == {("Service", "detector-training-metrics")}


def test_without_metrics_nothing_of_it_is_rendered(render):
    assert kinds(render("metrics.enabled=false", *EVERYTHING)) == kinds(render("metrics.enabled=false"))
    container = only(render("metrics.enabled=false"), "Deployment")["spec"]["template"]["spec"]["containers"][0]
    assert [port["name"] for port in container["ports"]] == ["health"]
    assert "--metrics-port=0" in container["args"]


def test_the_service_leads_to_the_port_that_the_operator_serves(render):
    manifests = render("metrics.port=9100")
    service, deployment = only(manifests, "Service"), only(manifests, "Deployment")
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    (port,) = service["spec"]["ports"]
    assert {"name": port["targetPort"], "containerPort": 9100} in container["ports"]
    assert "--metrics-port=9100" in container["args"]
    assert service["spec"]["selector"].items() <= deployment["spec"]["template"]["metadata"]["labels"].items()
    assert service["spec"]["publishNotReadyAddresses"] is True


def test_the_service_monitor_finds_the_service(render):
    manifests = render(
        *EVERYTHING, 'metrics.serviceMonitor.labels={"release":"prometheus"}', 'metrics.serviceMonitor.interval="1m"'
    )
    monitor, service = only(manifests, "ServiceMonitor"), only(manifests, "Service")
    spec = monitor["spec"]
    assert spec["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert spec["namespaceSelector"] == {"matchNames": [service["metadata"]["namespace"]]}
    (endpoint,) = spec["endpoints"]
    assert endpoint["port"] == service["spec"]["ports"][0]["name"]
    assert endpoint["interval"] == "1m"
    assert monitor["metadata"]["labels"]["release"] == "prometheus"


def test_an_interval_that_is_empty_is_left_to_prometheus(render):
    (endpoint,) = only(render(*EVERYTHING, 'metrics.serviceMonitor.interval=""'), "ServiceMonitor")["spec"]["endpoints"]
    assert "interval" not in endpoint


def test_the_namespace_of_a_training_is_not_renamed(render):
    """Prometheus renames a label that the target has too, unless honor_labels is set; the alerts would name nothing."""
    (endpoint,) = only(render(*EVERYTHING), "ServiceMonitor")["spec"]["endpoints"]
    assert endpoint["honorLabels"] is True


@pytest.mark.parametrize("release", ["detector-training", "vision"])
def test_the_job_of_the_alerts_is_that_of_the_service_monitor(render, release):
    manifests = render(*EVERYTHING, release=release)
    job = only(manifests, "Service")["metadata"]["labels"][only(manifests, "ServiceMonitor")["spec"]["jobLabel"]]
    asked = set(re.findall(r'job="([^"]*)"', ALERTS.read_text() + DASHBOARD.read_text().replace('\\"', '"')))
    assert asked == {job}


def test_the_rule_has_the_alerts_of_the_file(render):
    rule = only(render(*EVERYTHING, 'metrics.prometheusRule.labels={"release":"prometheus"}'), "PrometheusRule")
    assert rule["spec"] == yaml.safe_load(ALERTS.read_text(encoding="utf-8"))
    assert rule["metadata"]["labels"]["release"] == "prometheus"


def test_the_runbook_may_be_at_a_url(render):
    url = "https://wiki.example/runbook.md"
    rule = only(render(*EVERYTHING, f'metrics.prometheusRule.runbookUrl="{url}"'), "PrometheusRule")
    found = {alert["annotations"]["runbook_url"] for group in rule["spec"]["groups"] for alert in group["rules"]}
    assert found == {f"{url}#{alert['alert'].lower()}" for alert in alerts()}


def test_without_metrics_of_each_training_alerts_about_them_are_left_out(render):
    rule = only(render(*EVERYTHING, "metrics.perTraining=false"), "PrometheusRule")
    assert [group["name"] for group in rule["spec"]["groups"]] == ["detector-training-operator"]
    per_training = {"detector_training_info", *(f"detector_training_{name}" for name in training_collector.PER_TRAINING)}
    assert metrics_in(json.dumps(rule["spec"])) & per_training == set()


def test_the_dashboard_is_where_grafanas_sidecar_looks(render):
    found = only(render(*EVERYTHING), "ConfigMap")
    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert json.loads(found["data"]["detector-training.json"]) == dashboard()


def test_the_label_of_the_dashboard_can_be_another(render):
    labels = only(render(*EVERYTHING, 'metrics.dashboard.labels={"folder":"ml"}'), "ConfigMap")["metadata"]["labels"]
    assert labels["folder"] == "ml"


def test_labels_that_are_given_never_replace_those_of_the_release(render):
    given = 'metrics.serviceMonitor.labels={"app.kubernetes.io/name":"other"}'
    labels = only(render(*EVERYTHING, given), "ServiceMonitor")["metadata"]["labels"]
    assert labels["app.kubernetes.io/name"] == "detector-training"


def test_the_name_of_the_service_also_fits_for_a_long_release(render):
    """It has at most 63 characters; names of other kinds have more."""
    name = only(render(release="r" * 53), "Service")["metadata"]["name"]
    assert len(name) <= 63
    assert name.endswith("-metrics")


def test_a_network_policy_allows_what_the_operator_needs(render):
    spec = only(render("networkPolicy.enabled=true"), "NetworkPolicy")["spec"]
    assert spec["podSelector"] == {"matchLabels": SELECTOR}
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert [[port["port"] for port in rule["ports"]] for rule in spec["ingress"]] == [["health"], ["metrics"]]
    assert not any("from" in rule for rule in spec["ingress"])
    assert [[(port["port"], port["protocol"]) for port in rule["ports"]] for rule in spec["egress"]] == [
        [(53, "UDP"), (53, "TCP")],
        [(443, "TCP"), (6443, "TCP")],
    ]


def test_who_may_scrape_can_be_limited(render):
    peers = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}]
    spec = only(render("networkPolicy.enabled=true", f"networkPolicy.metricsFrom={json.dumps(peers)}"), "NetworkPolicy")["spec"]
    health, metrics = spec["ingress"]
    assert "from" not in health
    assert metrics["from"] == peers


def test_a_network_policy_without_metrics_lets_nobody_scrape(render):
    spec = only(render("networkPolicy.enabled=true", "metrics.enabled=false"), "NetworkPolicy")["spec"]
    assert [[port["port"] for port in rule["ports"]] for rule in spec["ingress"]] == [["health"]]


def test_a_disruption_budget_never_blocks_a_drain(render):
    spec = only(render("podDisruptionBudget.enabled=true"), "PodDisruptionBudget")["spec"]
    assert spec == {"maxUnavailable": 1, "selector": {"matchLabels": SELECTOR}}


def test_policies_are_not_rendered_by_default(render):
    assert {"NetworkPolicy", "PodDisruptionBudget"} & {kind for kind, _ in kinds(render())} == set()


# Alerts and runbook


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])
def test_each_alert_says_what_it_is_and_what_to_do(alert):
    assert alert["labels"] == {"severity": alert["labels"]["severity"]}
    assert alert["labels"]["severity"] in ("critical", "warning", "info")
    assert set(alert["annotations"]) == {"summary", "description", "runbook_url"}
    assert all(text.endswith(".") for name, text in alert["annotations"].items() if name != "runbook_url")
    assert alert["annotations"]["runbook_url"] == f"docs/runbook.md#{alert['alert'].lower()}"


def sections():
    parts = re.split(r"^## (.+)$", RUNBOOK.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_runbook_has_a_section_for_each_alert_and_no_other():
    assert list(sections()) == [alert["alert"] for alert in alerts()]


@pytest.mark.parametrize("alert", [alert["alert"] for alert in alerts()])
def test_each_section_says_what_it_means_what_to_look_at_and_what_to_do(alert):
    text = sections()[alert]
    assert "**Meaning.**" in text
    assert re.search(r"\*\*Look at\*\*\n\n```sh\nkubectl ", text)
    assert "**Do.**" in text


def test_links_in_the_runbook_lead_somewhere():
    text = RUNBOOK.read_text(encoding="utf-8")
    for path, anchor in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", text):
        target = (RUNBOOK.parent / path).resolve() if path else RUNBOOK
        assert target.exists(), path
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {heading.lower().replace(" ", "-") for heading in headings}


# Names of metrics


@pytest.mark.parametrize(
    "file",
    [
        ALERTS,
        DASHBOARD,
        RUNBOOK,
        ROOT / "docs" / "kubernetes.md",
        CHART / "README.md",
        ROOT / "tests" / "e2e" / "alerts_test.yaml",
    ],
    ids=lambda file: file.name,
)
def test_every_metric_that_is_named_exists(file):
    """A histogram is also named as a whole, in the docs."""
    assert metrics_in(file.read_text(encoding="utf-8")) - exported() - families().keys() == set()


@pytest.mark.parametrize("expression", [*expressions(), *(alert["expr"] for alert in alerts())])
def test_every_metric_that_is_queried_has_samples_of_that_name(expression):
    assert metrics_in(expression) <= exported()


def test_the_docs_name_every_metric():
    documented = metrics_in((ROOT / "docs" / "kubernetes.md").read_text(encoding="utf-8"))
    assert {name for name in families() if name.startswith("detector_training_")} - documented == set()


def test_names_follow_the_conventions():
    for name, kind in families().items():
        assert name.endswith("_total") == (kind == "counter"), name
        assert kind != "histogram" or name.endswith("_seconds"), name


# The dashboard


def test_the_dashboard_shows_what_matters():
    shown = {family_of(name) for expression in expressions() for name in metrics_in(expression)}
    left_out = {name for name in families() if name.startswith("detector_training_")} - shown
    assert left_out == {"detector_training_build_info", "detector_training_phase_start_timestamp_seconds"}


def test_every_query_asks_the_chosen_data_source():
    variables = {variable["name"]: variable for variable in dashboard()["templating"]["list"]}
    assert (variables["datasource"]["type"], variables["datasource"]["query"]) == ("datasource", "prometheus")
    asked = {"type": "prometheus", "uid": "${datasource}"}
    assert variables["namespace"]["datasource"] == asked
    for panel in panels():
        assert panel["datasource"] == asked
        assert all(target["datasource"] == asked for target in panel["targets"])


def test_panels_have_their_own_ids_titles_and_descriptions():
    everything = dashboard()["panels"]
    assert len({panel["id"] for panel in everything}) == len(everything)
    assert len({panel["title"] for panel in everything}) == len(everything)
    assert all(panel["description"].endswith(".") for panel in panels())


def test_queries_of_a_panel_have_their_own_letters():
    for panel in panels():
        letters = [target["refId"] for target in panel["targets"]]
        assert len(set(letters)) == len(letters), panel["title"]


def test_panels_do_not_overlap_and_stay_in_24_columns():
    taken = {}
    for panel in dashboard()["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert taken.setdefault((x, y), panel["title"]) == panel["title"]


def test_the_table_of_running_trainings_has_a_column_for_each_query():
    (table,) = (panel for panel in panels() if panel["type"] == "table")
    organized = next(step["options"] for step in table["transformations"] if step["id"] == "organize")
    wanted = {f"Value #{target['refId']}" for target in table["targets"]} | {"namespace", "name"}
    assert set(organized["renameByName"]) == set(organized["indexByName"]) == wanted
    assert all(target["format"] == "table" and target["instant"] for target in table["targets"])
    # Rows are only merged if all their labels are the same.
    assert all(target["expr"].startswith("max by (namespace, name) (") for target in table["targets"])
