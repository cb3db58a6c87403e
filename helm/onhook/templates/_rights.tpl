{{/*
What each role does in Kafka, as rights of a KafkaUser. One entry a line: kind, name, literal or prefix, operations.
A test runs the service with these rights, and no others, on a real broker.
*/}}

{{- define "onhook.rights.match" -}}
- {type: topic, name: {{ .topics.cdr.name | quote }}, operations: [Describe, Read]}
- {type: topic, name: {{ .topics.triggers.name | quote }}, operations: [Describe, Read]}
- {type: topic, name: {{ .topics.tenants.name | quote }}, operations: [Describe, Read]}
- {type: topic, name: {{ .topics.jobs.name | quote }}, operations: [Describe, Write]}
- {type: topic, name: {{ .topics.invalid.name | quote }}, operations: [Describe, Write]}
- {type: group, name: {{ .kafka.matchGroup | quote }}, operations: [Describe, Read]}
- {type: transactionalId, name: {{ printf "%s-%s-" .kafka.transactionalIdPrefix .topics.cdr.name | quote }}, patternType: prefix, operations: [Describe, Write]}
{{- end -}}

{{- define "onhook.rights.deliver" -}}
- {type: topic, name: {{ .topics.jobs.name | quote }}, operations: [Describe, Read, Write]}
- {type: topic, name: {{ .topics.retry.prefix | quote }}, patternType: prefix, operations: [Describe, Read, Write]}
- {type: topic, name: {{ .topics.triggers.name | quote }}, operations: [Describe, Read, Write]}
- {type: topic, name: {{ .topics.tenants.name | quote }}, operations: [Describe, Read]}
- {type: topic, name: {{ .topics.endpoints.name | quote }}, operations: [Describe, Read, Write]}
- {type: topic, name: {{ .topics.dead.name | quote }}, operations: [Describe, Read, Write]}
- {type: topic, name: {{ .topics.attempts.name | quote }}, operations: [Describe, Write]}
- {type: topic, name: {{ .topics.changes.name | quote }}, operations: [Describe, Write]}
- {type: group, name: {{ .kafka.deliverGroup | quote }}, operations: [Describe, Read]}
- {type: group, name: {{ .kafka.retryGroup | quote }}, operations: [Describe, Read]}
- {type: group, name: {{ .kafka.redriveGroup | quote }}, operations: [Describe, Read]}
- {type: group, name: {{ printf "%s-" .kafka.replayGroupPrefix | quote }}, patternType: prefix, operations: [Describe, Read]}
- {type: transactionalId, name: {{ printf "%s-redrive-" .kafka.transactionalIdPrefix | quote }}, patternType: prefix, operations: [Describe, Write]}
- {type: transactionalId, name: {{ printf "%s-deliver-" .kafka.transactionalIdPrefix | quote }}, patternType: prefix, operations: [Describe, Write]}
{{- end -}}

{{- define "onhook.rights.admin" -}}
{{- range $topic := include "onhook.topics" . | fromJsonArray }}
- {type: topic, name: {{ $topic.name | quote }}, operations: [Describe, DescribeConfigs, Read]}
{{- end }}
- {type: group, name: {{ .kafka.matchGroup | quote }}, operations: [Describe]}
- {type: group, name: {{ .kafka.deliverGroup | quote }}, operations: [Describe]}
- {type: group, name: {{ .kafka.retryGroup | quote }}, operations: [Describe]}
- {type: group, name: {{ .kafka.redriveGroup | quote }}, operations: [Describe]}
- {type: topic, name: {{ .topics.triggers.name | quote }}, operations: [Write]}
- {type: topic, name: {{ .topics.tenants.name | quote }}, operations: [Write]}
- {type: topic, name: {{ .topics.tokens.name | quote }}, operations: [Write]}
- {type: topic, name: {{ .topics.changes.name | quote }}, operations: [Write]}
- {type: topic, name: {{ .topics.jobs.name | quote }}, operations: [Write]}
- {type: group, name: {{ printf "%s-" .kafka.replayGroupPrefix | quote }}, patternType: prefix, operations: [Describe, Read]}
- {type: transactionalId, name: {{ printf "%s-admin-" .kafka.transactionalIdPrefix | quote }}, patternType: prefix, operations: [Describe, Write]}
- {type: transactionalId, name: {{ printf "%s-replay-" .kafka.transactionalIdPrefix | quote }}, patternType: prefix, operations: [Describe, Write]}
{{- end -}}

{{- define "onhook.rights.all" -}}
{{ include "onhook.rights.match" . }}
{{ include "onhook.rights.deliver" . }}
{{ include "onhook.rights.admin" . }}
{{- end -}}

{{/* Of the people who run `dead list`, `replay`, `trigger`, `token`, `explain` and `audit`: what the API and the portal do. */}}
{{- define "onhook.rights.operator" -}}
{{ include "onhook.rights.admin" . }}
{{- end -}}

{{- define "onhook.rights.topics" -}}
{{- range $topic := include "onhook.topics" . | fromJsonArray }}
- {type: topic, name: {{ $topic.name | quote }}, operations: [Create, Describe, DescribeConfigs]}
{{- end }}
{{- end -}}
