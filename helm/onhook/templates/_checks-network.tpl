{{/*
A rule without peers lets pods reach every address at its port, private ones too. Where that is a port that webhooks may
use, it would take away what the policy of receivers refuses to those that deliver.
*/}}

{{- define "onhook.checks.network" -}}
{{- $ := index . 0 -}}{{- $s := index . 1 -}}{{- $roles := index . 2 -}}
{{- $policy := $.Values.networkPolicy -}}
{{- if and $policy.enabled (or (has "deliver" $roles) (has "admin" $roles) (has "all" $roles)) -}}
{{- $denied := list -}}
{{- range $s.delivery.deniedPorts -}}{{- $denied = append $denied (int .) -}}{{- end -}}
{{- $kafka := list -}}
{{- range include "onhook.kafkaPorts" $ | fromJsonArray -}}{{- $kafka = append $kafka (int .) -}}{{- end -}}
{{- $ports := dict "kafkaTo" $kafka "registryTo" (list (include "onhook.urlPort" $s.registry.url | int)) -}}
{{- with $s.tracing.otlpEndpoint -}}{{- $_ := set $ports "collectorTo" (list (include "onhook.urlPort" . | int)) -}}{{- end -}}
{{- with $s.delivery.proxy.url -}}{{- $_ := set $ports "proxyTo" (list (include "onhook.urlPort" . | int)) -}}{{- end -}}
{{- range $to, $ofPeers := $ports -}}
{{- if not (get $policy $to) -}}
{{- range $port := $ofPeers -}}
{{- if not (has $port $denied) -}}
{{- fail (printf "networkPolicy.%s is empty: pods that deliver, or make test requests, could reach any address at port %d, private ones too, and webhooks may use that port; name the peers, or add the port to config.delivery.deniedPorts" $to $port) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
