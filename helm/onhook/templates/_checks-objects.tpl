{{/* What Kubernetes would refuse, or take although it can't work. Each message names the value. */}}

{{- define "onhook.checks.objects" -}}
{{- with .Values.deployment -}}
{{- if and (eq (int64 .maxSurge) 0) (eq (int64 .maxUnavailable) 0) -}}
{{- fail "deployment.maxSurge and deployment.maxUnavailable are both 0: no process could be replaced" -}}
{{- end -}}
{{- if and (gt (int64 .preStopSleepSeconds) 0) (semverCompare "<1.30.0-0" $.Capabilities.KubeVersion.Version) -}}
{{- fail (printf "deployment.preStopSleepSeconds is %d: it needs Kubernetes 1.30 or later, and this is %s" (int64 .preStopSleepSeconds) $.Capabilities.KubeVersion.Version) -}}
{{- end -}}
{{- end -}}
{{- range $name, $labels := dict "commonLabels" .Values.commonLabels "pod.labels" .Values.pod.labels -}}
{{- range $label, $_ := $labels -}}
{{- if regexMatch "^(app[.]kubernetes[.]io|helm[.]sh)/" $label -}}
{{- fail (printf "%s has %s: the labels below app.kubernetes.io/ and helm.sh/ are the chart's, which selects pods by them" $name $label) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- include "onhook.checks.resources" (list "topicsApply.resources" .Values.topicsApply.resources) -}}
{{- end -}}

{{- define "onhook.checks.scaling" -}}
{{- $ := index . 0 -}}{{- $role := index . 2 -}}
{{- $values := index $.Values.roles $role -}}
{{- $scaling := $values.autoscaling -}}
{{- if and (eq $scaling.kind "hpa") (eq (int64 $scaling.cpuPercent) 0) (not $scaling.metrics) -}}
{{- fail (printf "roles.%s.autoscaling.cpuPercent is 0 and its metrics are empty: the HorizontalPodAutoscaler would have nothing to scale by" $role) -}}
{{- end -}}
{{- $budget := $values.podDisruptionBudget -}}
{{- if and $budget.enabled (regexMatch "^0+%?$" (toString $budget.maxUnavailable)) -}}
{{- fail (printf "roles.%s.podDisruptionBudget.maxUnavailable is %s: no node with such a process could ever be drained" $role (toString $budget.maxUnavailable)) -}}
{{- end -}}
{{- end -}}

{{- define "onhook.checks.resources" -}}
{{- $name := index . 0 -}}{{- $resources := index . 1 -}}
{{- range $kind := list "memory" "cpu" -}}
{{- $request := get $resources.requests $kind -}}
{{- $limit := get $resources.limits $kind -}}
{{- if and $request $limit -}}
{{- if gt (include "onhook.quantity" $request | float64) (include "onhook.quantity" $limit | float64) -}}
{{- fail (printf "%s.requests.%s is %s, more than its limits.%s of %s" $name $kind (toString $request) $kind (toString $limit)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A quantity of Kubernetes, as a number. */}}
{{- define "onhook.quantity" -}}
{{- if kindIs "string" . -}}
{{- $units := dict "" 1.0 "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 -}}
{{- $unit := regexFind "[a-zA-Z]*$" . -}}
{{- mulf (trimSuffix $unit . | float64) (get $units $unit | default 1.0) -}}
{{- else -}}
{{- float64 . -}}
{{- end -}}
{{- end -}}
