{{/* The service's settings: what is written into its file, and what is in force. */}}

{{/* The settings file: `config`, and where the files of `tls` and `secrets.keysFile` are mounted. */}}
{{- define "onhook.settingsFile" -}}
{{- $settings := deepCopy .Values.config -}}
{{- with .Values.tls.kafka -}}
{{- if .secretName -}}
{{- $ssl := dict "enabled" true -}}
{{- with .caKey -}}{{- $_ := set $ssl "caFile" (printf "/etc/onhook/kafka/%s" .) -}}{{- end -}}
{{- with .certKey -}}{{- $_ := set $ssl "certFile" (printf "/etc/onhook/kafka/%s" .) -}}{{- end -}}
{{- with .keyKey -}}{{- $_ := set $ssl "keyFile" (printf "/etc/onhook/kafka/%s" .) -}}{{- end -}}
{{- $settings = mergeOverwrite $settings (dict "kafka" (dict "ssl" $ssl)) -}}
{{- end -}}
{{- end -}}
{{- with .Values.tls.registry -}}
{{- if .secretName -}}
{{- $settings = mergeOverwrite $settings (dict "registry" (dict "caFile" (printf "/etc/onhook/registry/%s" .caKey))) -}}
{{- end -}}
{{- end -}}
{{- with .Values.tls.receivers -}}
{{- if .configMapName -}}
{{- $settings = mergeOverwrite $settings (dict "delivery" (dict "caFile" (printf "/etc/onhook/receivers/%s" .caKey))) -}}
{{- end -}}
{{- end -}}
{{- with .Values.secrets.keysFile -}}
{{- if .secretName -}}
{{- $settings = mergeOverwrite $settings (dict "secrets" (dict "keysFile" (printf "/etc/onhook/keys/%s" .key))) -}}
{{- end -}}
{{- end -}}
{{- with .Values.portal -}}
{{- if and .ingress.enabled (not (dig "admin" "publicUrl" "" $settings)) -}}
{{- $scheme := ternary "http" "https" (and (not .ingress.tls.enabled) (not .ingress.tls.elsewhere)) -}}
{{- $settings = mergeOverwrite $settings (dict "admin" (dict "publicUrl" (printf "%s://%s" $scheme .ingress.host))) -}}
{{- end -}}
{{- end -}}
{{- toYaml $settings -}}
{{- end -}}

{{/* All settings: the defaults with the file over them. */}}
{{- define "onhook.settings" -}}
{{- $defaults := .Files.Get "files/onhook.yaml" | fromYaml -}}
{{- toYaml (mergeOverwrite $defaults (include "onhook.settingsFile" . | fromYaml)) -}}
{{- end -}}

{{/* Seconds from SIGTERM to SIGKILL: the pause before the stop, what the drain may take, and ten more. */}}
{{- define "onhook.graceSeconds" -}}
{{- $settings := include "onhook.settings" . | fromYaml -}}
{{- $drain := div (add (int64 $settings.delivery.drainTimeoutMs) 999) 1000 -}}
{{- $least := add (int64 .Values.deployment.preStopSleepSeconds) $drain 10 -}}
{{- $given := int64 .Values.deployment.terminationGracePeriodSeconds -}}
{{- if and (gt $given 0) (lt $given $least) -}}
{{- fail (printf "deployment.terminationGracePeriodSeconds is %d: a stop may take config.delivery.drainTimeoutMs (%d s), deployment.preStopSleepSeconds and 10 s more, %d in all" $given $drain $least) -}}
{{- end -}}
{{- max $given $least -}}
{{- end -}}

{{/* The brokers' ports, as a list of JSON without repetition: of host:port, and those that they advertise besides. */}}
{{- define "onhook.kafkaPorts" -}}
{{- $ports := list -}}
{{- range .Values.networkPolicy.kafkaPorts -}}{{- $ports = append $ports (int .) -}}{{- end -}}
{{- range .Values.config.kafka.brokers -}}{{- $ports = append $ports (splitList ":" . | last | int) -}}{{- end -}}
{{- toJson ($ports | uniq) -}}
{{- end -}}

{{/* The port of an http:// or https:// address. */}}
{{- define "onhook.urlPort" -}}
{{- $url := urlParse . -}}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
{{- $port | default (ternary "443" "80" (eq $url.scheme "https")) -}}
{{- end -}}
