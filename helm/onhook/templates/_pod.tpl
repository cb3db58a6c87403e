{{/* What the pods of the roles and of `topics apply` have in common. Each takes (list root role). */}}

{{- define "onhook.podSecurity" -}}
runAsNonRoot: true
{{- with .Values.pod.runAsUser }}
runAsUser: {{ int64 . }}
{{- end }}
{{- with .Values.pod.runAsGroup }}
runAsGroup: {{ int64 . }}
{{- end }}
{{- with .Values.pod.fsGroup }}
fsGroup: {{ int64 . }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "onhook.containerSecurity" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* The secret of a Strimzi user is in reach where it is made in the release's own namespace. */}}
{{- define "onhook.strimziHere" -}}
{{- if or (not .Values.strimzi.namespace) (eq .Values.strimzi.namespace .Release.Namespace) -}}yes{{- end -}}
{{- end -}}

{{- define "onhook.userOf" -}}
{{- $ := index . 0 -}}
{{- printf "%s-%s" (include "onhook.fullname" $) (index . 1) -}}
{{- end -}}

{{/* Secrets as environment variables, which win over the settings file. */}}
{{- define "onhook.secretEnv" -}}
{{- $ := index . 0 -}}{{- $role := index . 1 -}}{{- $secret := index . 2 -}}
{{- $facts := $.Files.Get "files/facts.yaml" | fromYaml -}}
{{- $users := and $.Values.strimzi.users.enabled (include "onhook.strimziHere" $) -}}
{{- $scram := and $users (eq $.Values.strimzi.users.authentication "scram-sha-512") -}}
{{- range $name := $facts.secretVariables }}
{{- if and $scram (eq $name "ONHOOK_KAFKA_SASL_PASSWORD") }}
- name: ONHOOK_KAFKA_SASL_USERNAME
  value: {{ include "onhook.userOf" (list $ $role) }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ include "onhook.userOf" (list $ $role) }}
      key: password
{{- else if or $.Values.secrets.existingSecret (hasKey $.Values.secrets.values $name) }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $.Values.secrets.existingSecret | default $secret }}
      key: {{ $name }}
      {{- if $.Values.secrets.existingSecret }}
      optional: true
      {{- end }}
{{- end }}
{{- end }}
{{- if and $users (eq $.Values.strimzi.users.authentication "tls") }}
- name: ONHOOK_KAFKA_SSL_CERT_FILE
  value: /etc/onhook/kafka-user/user.crt
- name: ONHOOK_KAFKA_SSL_KEY_FILE
  value: /etc/onhook/kafka-user/user.key
{{- end }}
{{- end -}}

{{/* The admin role keeps its history on a volume of the chart's, unless config.history.file says where else it is. */}}
{{- define "onhook.keepsHistory" -}}
{{- $ := index . 0 -}}
{{- $file := dig "history" "file" "" $.Values.config -}}
{{- if and (has (index . 1) (list "admin" "all")) (not $file) -}}yes{{- end -}}
{{- end -}}

{{- define "onhook.volumes" -}}
{{- $ := index . 0 -}}{{- $role := index . 1 -}}{{- $config := index . 2 -}}
- name: settings
  configMap:
    name: {{ $config }}
{{- with $.Values.tls.kafka }}{{ if .secretName }}
- name: kafka
  secret:
    secretName: {{ .secretName }}
    defaultMode: 0440
{{- end }}{{ end }}
{{- if and $.Values.strimzi.users.enabled (eq $.Values.strimzi.users.authentication "tls") (include "onhook.strimziHere" $) }}
- name: kafka-user
  secret:
    secretName: {{ include "onhook.userOf" (list $ $role) }}
    defaultMode: 0440
{{- end }}
{{- with $.Values.tls.registry }}{{ if .secretName }}
- name: registry
  secret:
    secretName: {{ .secretName }}
    defaultMode: 0440
{{- end }}{{ end }}
{{- with $.Values.tls.receivers }}{{ if .configMapName }}
- name: receivers
  configMap:
    name: {{ .configMapName }}
{{- end }}{{ end }}
{{- with $.Values.secrets.keysFile }}{{ if .secretName }}
- name: keys
  secret:
    secretName: {{ .secretName }}
    defaultMode: 0440
{{- end }}{{ end }}
{{- if include "onhook.keepsHistory" (list $ $role) }}
- name: history
  {{- if $.Values.history.existingClaim }}
  persistentVolumeClaim:
    claimName: {{ $.Values.history.existingClaim }}
  {{- else }}
  emptyDir:
    sizeLimit: {{ $.Values.history.sizeLimit }}
  {{- end }}
{{- end }}
{{- with $.Values.pod.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "onhook.volumeMounts" -}}
{{- $ := index . 0 -}}{{- $role := index . 1 -}}
- name: settings
  mountPath: /etc/onhook/settings
  readOnly: true
{{- if $.Values.tls.kafka.secretName }}
- name: kafka
  mountPath: /etc/onhook/kafka
  readOnly: true
{{- end }}
{{- if and $.Values.strimzi.users.enabled (eq $.Values.strimzi.users.authentication "tls") (include "onhook.strimziHere" $) }}
- name: kafka-user
  mountPath: /etc/onhook/kafka-user
  readOnly: true
{{- end }}
{{- if $.Values.tls.registry.secretName }}
- name: registry
  mountPath: /etc/onhook/registry
  readOnly: true
{{- end }}
{{- if $.Values.tls.receivers.configMapName }}
- name: receivers
  mountPath: /etc/onhook/receivers
  readOnly: true
{{- end }}
{{- if $.Values.secrets.keysFile.secretName }}
- name: keys
  mountPath: /etc/onhook/keys
  readOnly: true
{{- end }}
{{- if include "onhook.keepsHistory" (list $ $role) }}
- name: history
  mountPath: /data
{{- end }}
{{- with $.Values.pod.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What a container asks for and may take; a limit of processors only where one is given. */}}
{{- define "onhook.resources" -}}
requests:
  cpu: {{ .requests.cpu | quote }}
  memory: {{ .requests.memory | quote }}
limits:
  {{- with .limits.cpu }}
  cpu: {{ . | quote }}
  {{- end }}
  memory: {{ .limits.memory | quote }}
{{- end -}}

{{/* Where pods go: the role's own value, and the common one where it has none. */}}
{{- define "onhook.placement" -}}
{{- $ := index . 0 -}}{{- $own := index . 1 -}}
{{- with $own.nodeSelector | default $.Values.pod.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $own.tolerations | default $.Values.pod.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $own.affinity | default $.Values.pod.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $.Values.pod.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
