{{/* The history and the portal of the roles that have them. Takes (list root settings role processes). Each message names the value. */}}

{{- define "onhook.checks.portal" -}}
{{- $ := index . 0 -}}{{- $s := index . 1 -}}{{- $role := index . 2 -}}{{- $most := index . 3 -}}
{{- if has $role (list "admin" "all") -}}
{{- if include "onhook.keepsHistory" (list $ $role) -}}
{{- if $.Values.history.existingClaim -}}
{{- if gt $most 1 -}}
{{- fail (printf "history.existingClaim is for one process, and roles.%s has %d: leave it empty, and each has a history of its own" $role $most) -}}
{{- end -}}
{{- else -}}
{{- $least := div (mul (int64 $s.history.maxMegabytes) 5) 4 -}}
{{- if lt (include "onhook.mebibytes" $.Values.history.sizeLimit | int64) $least -}}
{{- fail (printf "history.sizeLimit is %s: with config.history.maxMegabytes of %d it must be %dMi at least, as the file's log comes on top, and a pod that uses more is evicted" $.Values.history.sizeLimit (int64 $s.history.maxMegabytes) $least) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and $.Values.portal.enabled (gt $most 1) (not $.Values.secrets.existingSecret) (not (hasKey $.Values.secrets.values "ONHOOK_ADMIN_SESSION_KEY")) -}}
{{- fail (printf "portal.enabled is true and roles.%s has %d processes: they need one ONHOOK_ADMIN_SESSION_KEY, in secrets.existingSecret or secrets.values, or a session would count in one of them only" $role $most) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Rules about the Service and the Ingress. Takes (list root settings roles). */}}
{{- define "onhook.checks.exposure" -}}
{{- $ := index . 0 -}}{{- $s := index . 1 -}}{{- $roles := index . 2 -}}
{{- with $.Values.portal -}}
{{- if and .enabled (not (or (has "admin" $roles) (has "all" $roles))) -}}
{{- fail "portal.enabled is true, but no process has the admin role: set roles.admin.enabled or roles.all.enabled" -}}
{{- end -}}
{{- if .ingress.enabled -}}
{{- if not .enabled -}}
{{- fail "portal.ingress.enabled has no effect without portal.enabled" -}}
{{- end -}}
{{- if not .ingress.host -}}
{{- fail "portal.ingress.host is empty: the Ingress needs the name that people reach the portal by" -}}
{{- end -}}
{{- $scheme := ternary "http" "https" (and (not .ingress.tls.enabled) (not .ingress.tls.elsewhere)) -}}
{{- $public := $s.admin.publicUrl -}}
{{- if $public -}}
{{- $url := urlParse $public -}}
{{- if or (ne $url.hostname .ingress.host) (ne $url.scheme $scheme) -}}
{{- fail (printf "config.admin.publicUrl is %s, but by portal.ingress people reach %s://%s" $public $scheme .ingress.host) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
