{{/* Name of everything: that of the release, with the chart's name in it. */}}
{{- define "detector-training.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Labels that the operator's pod is found by. They can never change: a Deployment's selector is immutable. */}}
{{- define "detector-training.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* Labels of everything. */}}
{{- define "detector-training.labels" -}}
{{ include "detector-training.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* Name of the Service that metrics are scraped from, and of what belongs to it. */}}
{{- define "detector-training.metricsName" -}}
{{- printf "%s-metrics" (include "detector-training.name" . | trunc 55 | trimSuffix "-") -}}
{{- end -}}

{{- define "detector-training.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "detector-training.name" .) -}}
{{- else -}}
{{- required "serviceAccount.name has to be set: serviceAccount.create is false" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "detector-training.image" -}}
{{- $repository := required "image.repository has to be set: the image built from operator/Containerfile, without its tag" .Values.image.repository -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" $repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{/* The namespaces in which nothing is ever trained: Kubernetes' own and that of the release. The same as controller/unwatched_namespaces.py. */}}
{{- define "detector-training.unwatchedNamespaces" -}}
{{- list "kube-node-lease" "kube-public" "kube-system" .Release.Namespace | uniq | toJson -}}
{{- end -}}
