{{- define "bellman.labels" -}}
app.kubernetes.io/name: bellman
app.kubernetes.io/component: speaker
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "bellman.selector" -}}
app.kubernetes.io/name: bellman
app.kubernetes.io/component: speaker
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "bellman.name" -}}
{{ .Release.Name }}-speaker
{{- end }}
