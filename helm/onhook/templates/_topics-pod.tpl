{{/* The template of the pod that runs `topics apply`. As a hook it is there before the account and the settings of the release. */}}
{{- define "onhook.topicsPod" -}}
{{- $hook := eq .Values.topicsApply.run "hook" -}}
{{- $files := include "onhook.fullname" . -}}
{{- if $hook -}}{{- $files = printf "%s-topics" $files -}}{{- end -}}
metadata:
  labels:
    {{- include "onhook.podLabels" (list $ "topics") | nindent 4 }}
  annotations:
    checksum/settings: {{ include "onhook.settingsFile" . | sha256sum }}
    checksum/secrets: {{ toYaml .Values.secrets.values | sha256sum }}
    {{- with .Values.pod.annotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  restartPolicy: Never
  {{- if not $hook }}
  serviceAccountName: {{ include "onhook.serviceAccountName" . }}
  {{- end }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  securityContext:
    {{- include "onhook.podSecurity" . | nindent 4 }}
  containers:
    - name: topics
      image: {{ include "onhook.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      {{- with .Values.image.command }}
      command:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      args: [topics, apply]
      env:
        - name: ONHOOK_CONFIG
          value: /etc/onhook/settings/onhook.yaml
        - name: NODE_OPTIONS
          value: --max-old-space-size=128
        {{- with include "onhook.secretEnv" (list $ "topics" $files) | trim }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- with .Values.pod.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      resources:
        {{- toYaml .Values.topicsApply.resources | nindent 8 }}
      securityContext:
        {{- include "onhook.containerSecurity" . | nindent 8 }}
      volumeMounts:
        {{- include "onhook.volumeMounts" (list $ "topics") | nindent 8 }}
  volumes:
    {{- include "onhook.volumes" (list $ "topics" $files) | nindent 4 }}
  {{- with include "onhook.placement" (list $ dict) | trim }}
  {{- . | nindent 2 }}
  {{- end }}
{{- end -}}
