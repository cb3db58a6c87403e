{{/* What the schema of the values can't say: rules about several of them. Each message names the value. */}}

{{- define "onhook.checks" -}}
{{- $settings := include "onhook.settings" . | fromYaml -}}
{{- $roles := include "onhook.roles" . | fromJsonArray -}}
{{- if not $roles -}}
{{- fail "roles: none is enabled; set roles.match.enabled, roles.deliver.enabled and roles.admin.enabled, or roles.all.enabled" -}}
{{- end -}}
{{- include "onhook.checks.settings" (list . $settings) -}}
{{- include "onhook.checks.objects" . -}}
{{- include "onhook.checks.network" (list . $settings $roles) -}}
{{- include "onhook.checks.exposure" (list . $settings $roles) -}}
{{- range $role := $roles -}}
{{- include "onhook.checks.role" (list $ $settings $role) -}}
{{- end -}}
{{- if and (eq .Values.topicsApply.run "hook") .Values.strimzi.users.enabled -}}
{{- fail "topicsApply.run is hook: the hook runs before strimzi.users are there to log in as; set topicsApply.run to job" -}}
{{- end -}}
{{- if and (or .Values.strimzi.topics.enabled .Values.strimzi.users.enabled) (not .Values.strimzi.cluster) -}}
{{- fail "strimzi.cluster is empty: strimzi.topics and strimzi.users need the name of the Kafka resource" -}}
{{- end -}}
{{- if and .Values.strimzi.users.operator (not .Values.strimzi.users.enabled) -}}
{{- fail "strimzi.users.operator has no effect without strimzi.users.enabled" -}}
{{- end -}}
{{- if .Values.strimzi.topics.enabled -}}
{{- $replicas := int64 $settings.kafka.replicationFactor -}}
{{- $inSync := index .Values.strimzi.topics.config "min.insync.replicas" | default 1 | int64 -}}
{{- if and (gt $replicas 0) (lt $replicas $inSync) -}}
{{- fail (printf "config.kafka.replicationFactor is %d, and min.insync.replicas of strimzi.topics.config is %d: no record could be written" $replicas $inSync) -}}
{{- end -}}
{{- end -}}
{{- if .Values.strimzi.users.enabled -}}
{{- if and (eq .Values.strimzi.users.authentication "scram-sha-512") (ne $settings.kafka.sasl.mechanism "scram-sha-512") -}}
{{- fail "strimzi.users.authentication is scram-sha-512: config.kafka.sasl.mechanism must be the same" -}}
{{- end -}}
{{- if and (eq .Values.strimzi.users.authentication "tls") (not $settings.kafka.ssl.enabled) -}}
{{- fail "strimzi.users.authentication is tls: it needs config.kafka.ssl.enabled, or tls.kafka.secretName with the cluster's certificates" -}}
{{- end -}}
{{- end -}}
{{- if and .Values.secrets.existingSecret .Values.secrets.values -}}
{{- fail "secrets.existingSecret and secrets.values: give one of them" -}}
{{- end -}}
{{- end -}}

{{- define "onhook.checks.settings" -}}
{{- $ := index . 0 -}}{{- $s := index . 1 -}}
{{- $given := $.Values.secrets.values -}}
{{- $strimzi := and $.Values.strimzi.users.enabled (include "onhook.strimziHere" $) -}}
{{- if and (ne $s.kafka.sasl.mechanism "none") (not $strimzi) -}}
{{- if not $s.kafka.sasl.username -}}
{{- fail (printf "config.kafka.sasl.mechanism is %s: it needs config.kafka.sasl.username too" $s.kafka.sasl.mechanism) -}}
{{- end -}}
{{- if not (or $.Values.secrets.existingSecret (hasKey $given "ONHOOK_KAFKA_SASL_PASSWORD")) -}}
{{- fail (printf "config.kafka.sasl.mechanism is %s: it needs ONHOOK_KAFKA_SASL_PASSWORD in secrets.existingSecret or secrets.values" $s.kafka.sasl.mechanism) -}}
{{- end -}}
{{- end -}}
{{- if and (eq $s.kafka.sasl.mechanism "none") (or $s.kafka.sasl.username (hasKey $given "ONHOOK_KAFKA_SASL_PASSWORD")) -}}
{{- fail "config.kafka.sasl.mechanism is none: config.kafka.sasl.username and ONHOOK_KAFKA_SASL_PASSWORD have no effect with it" -}}
{{- end -}}
{{- if and $s.kafka.ssl.enabled (ne (empty $s.kafka.ssl.certFile) (empty $s.kafka.ssl.keyFile)) -}}
{{- fail "tls.kafka: certKey and keyKey go together, as config.kafka.ssl.certFile and keyFile do" -}}
{{- end -}}
{{- if and (not $s.kafka.ssl.enabled) (or $s.kafka.ssl.caFile $s.kafka.ssl.certFile $s.kafka.ssl.servername) -}}
{{- fail "config.kafka.ssl.enabled is false: the files and the servername of config.kafka.ssl have no effect with it" -}}
{{- end -}}
{{- if and $s.registry.username (not (or $.Values.secrets.existingSecret (hasKey $given "ONHOOK_REGISTRY_PASSWORD"))) -}}
{{- fail "config.registry.username needs ONHOOK_REGISTRY_PASSWORD in secrets.existingSecret or secrets.values" -}}
{{- end -}}
{{- if and (hasKey $given "ONHOOK_REGISTRY_PASSWORD") (not $s.registry.username) -}}
{{- fail "ONHOOK_REGISTRY_PASSWORD of secrets.values needs config.registry.username" -}}
{{- end -}}
{{- if and $s.delivery.proxy.username (not (or $.Values.secrets.existingSecret (hasKey $given "ONHOOK_DELIVERY_PROXY_PASSWORD"))) -}}
{{- fail "config.delivery.proxy.username needs ONHOOK_DELIVERY_PROXY_PASSWORD in secrets.existingSecret or secrets.values" -}}
{{- end -}}
{{- if and $s.delivery.proxy.username (not $s.delivery.proxy.url) -}}
{{- fail "config.delivery.proxy.username has no effect without config.delivery.proxy.url" -}}
{{- end -}}
{{- if and (hasKey $given "ONHOOK_TRACING_HEADERS") (not $s.tracing.otlpEndpoint) -}}
{{- fail "ONHOOK_TRACING_HEADERS of secrets.values has no effect without config.tracing.otlpEndpoint" -}}
{{- end -}}
{{- if ge (int64 $s.kafka.heartbeatIntervalMs) (int64 $s.kafka.sessionTimeoutMs) -}}
{{- fail "config.kafka.heartbeatIntervalMs must be less than config.kafka.sessionTimeoutMs" -}}
{{- end -}}
{{- if le (int64 $s.delivery.drainTimeoutMs) (int64 $s.delivery.timeoutMs) -}}
{{- fail (printf "config.delivery.drainTimeoutMs (%d) must be more than config.delivery.timeoutMs (%d): requests under way would be cut off at a stop" (int64 $s.delivery.drainTimeoutMs) (int64 $s.delivery.timeoutMs)) -}}
{{- end -}}
{{- $before := 0 -}}
{{- range $s.delivery.ladderMs -}}
{{- if le (int64 .) (int64 $before) -}}{{- fail "config.delivery.ladderMs: each wait must be longer than the one before" -}}{{- end -}}
{{- $before = . -}}
{{- end -}}
{{- if and $s.secrets.requireEncrypted (not (or $s.secrets.keysFile $.Values.secrets.existingSecret (hasKey $given "ONHOOK_SECRETS_KEYS"))) -}}
{{- fail "config.secrets.requireEncrypted needs a key: secrets.keysFile, or ONHOOK_SECRETS_KEYS in secrets.existingSecret or secrets.values" -}}
{{- end -}}
{{- end -}}

{{- define "onhook.checks.role" -}}
{{- $ := index . 0 -}}{{- $s := index . 1 -}}{{- $role := index . 2 -}}
{{- $values := index $.Values.roles $role -}}
{{- $scaling := $values.autoscaling -}}
{{- $most := int64 $values.replicas -}}
{{- $what := printf "roles.%s.replicas" $role -}}
{{- if ne $scaling.kind "none" -}}
{{- $most = int64 $scaling.maxReplicas -}}
{{- $what = printf "roles.%s.autoscaling.maxReplicas" $role -}}
{{- if gt (int64 $scaling.minReplicas) $most -}}
{{- fail (printf "roles.%s.autoscaling.minReplicas is more than its maxReplicas" $role) -}}
{{- end -}}
{{- end -}}
{{- $cdr := int64 $s.topics.cdr.partitions -}}{{- $jobs := int64 $s.topics.jobs.partitions -}}
{{- $partitions := dict "match" $cdr "deliver" $jobs "all" (max $cdr $jobs) -}}
{{- with get $partitions $role -}}
{{- if gt $most (int64 .) -}}
{{- fail (printf "%s is %d, but its topic has %d partitions (config.topics): more processes would have nothing to do" $what $most (int64 .)) -}}
{{- end -}}
{{- end -}}
{{- if eq $scaling.kind "keda" -}}
{{- if eq $role "admin" -}}{{- fail "roles.admin.autoscaling.kind is keda: the admin role reads no topic by a group that it could scale on" -}}{{- end -}}
{{- if not $.Values.keda.authenticationRef -}}
{{- if ne $s.kafka.sasl.mechanism "none" -}}
{{- fail "keda.authenticationRef is empty: KEDA needs a TriggerAuthentication to log in to the brokers with" -}}
{{- end -}}
{{- if and $s.kafka.ssl.enabled (or $s.kafka.ssl.caFile $s.kafka.ssl.certFile) -}}
{{- fail "keda.authenticationRef is empty: KEDA needs a TriggerAuthentication with the certificates of tls.kafka, or of config.kafka.ssl, to reach the brokers" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- include "onhook.checks.scaling" (list $ $s $role) -}}
{{- include "onhook.checks.resources" (list (printf "roles.%s.resources" $role) $values.resources) -}}
{{- $limit := $values.resources.limits.memory -}}
{{- $mib := include "onhook.mebibytes" $limit | int64 -}}
{{- $least := add (int64 $values.heapMiB) 192 -}}
{{- $outside := "memory outside of the heap comes on top" -}}
{{- if and (has $role (list "admin" "all")) (gt (int64 $s.history.recentCallsPerTenant) 0) -}}
{{- $least = add $least (int64 $s.history.recentCallsMegabytes) -}}
{{- $outside = printf "%s, config.history.recentCallsMegabytes included" $outside -}}
{{- end -}}
{{- if lt $mib $least -}}
{{- fail (printf "roles.%s.resources.limits.memory is %s: with roles.%s.heapMiB of %d a process needs %dMi, as %s" $role (toString $limit) $role (int64 $values.heapMiB) $least $outside) -}}
{{- end -}}
{{- include "onhook.checks.portal" (list $ $s $role $most) -}}
{{- end -}}

{{/* A quantity of memory in MiB, rounded down. The schema allows no other units. */}}
{{- define "onhook.mebibytes" -}}
{{- $number := regexFind "^[0-9]+" . | int64 -}}
{{- if hasSuffix "Gi" . -}}{{- mul $number 1024 -}}
{{- else if hasSuffix "Mi" . -}}{{- $number -}}
{{- else if hasSuffix "G" . -}}{{- div (mul $number 1000000000) 1048576 -}}
{{- else -}}{{- div (mul $number 1000000) 1048576 -}}
{{- end -}}
{{- end -}}
