{{/* All topics as the settings want them, as a list of JSON: name, partitions, config. Takes the settings. */}}
{{- define "onhook.topics" -}}
{{- $settings := . -}}
{{- $topics := list -}}
{{- range $role, $fact := $settings.facts.topics -}}
{{- $setting := index $settings.topics $role -}}
{{- $config := dict "cleanup.policy" $fact.cleanup -}}
{{- with $setting.retentionDays -}}{{- $_ := set $config "retention.ms" (mul (int64 .) 86400000) -}}{{- end -}}
{{- with $fact.maxMessageBytes -}}{{- $_ := set $config "max.message.bytes" (int64 .) -}}{{- end -}}
{{- $topics = append $topics (dict "name" $setting.name "partitions" (int64 ($setting.partitions | default 1)) "config" $config) -}}
{{- end -}}
{{- with $settings.topics.retry -}}
{{- range $wait := $settings.delivery.ladderMs -}}
{{- $retry := $settings.topics.retry -}}
{{- $config := dict "cleanup.policy" $settings.facts.retry.cleanup "retention.ms" (mul (int64 $retry.retentionDays) 86400000) "max.message.bytes" (int64 $settings.facts.retry.maxMessageBytes) -}}
{{- $name := printf "%s%ds" $retry.prefix (div (int64 $wait) 1000) -}}
{{- $topics = append $topics (dict "name" $name "partitions" (int64 $retry.partitions) "config" $config) -}}
{{- end -}}
{{- end -}}
{{- toJson $topics -}}
{{- end -}}
