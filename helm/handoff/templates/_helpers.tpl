{{/*
What all names begin with; short enough for the longest that is made of it, a pod's of a
StatefulSet with the hash of its revision.
*/}}
{{- define "handoff.name" -}}
{{- $name := .Release.Name -}}
{{- if not (contains .Chart.Name $name) -}}
{{- $name = printf "%s-%s" $name .Chart.Name -}}
{{- end -}}
{{- $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "handoff.image" -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}

{{/* Takes root and component. */}}
{{- define "handoff.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* Takes root and component. */}}
{{- define "handoff.labels" -}}
{{ include "handoff.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{/*
The settings as a list of variables. Takes root, and the service that they are for: its name and
its values, both empty for a command.
*/}}
{{- define "handoff.environment" -}}
{{- $root := .root -}}
{{- $settings := dict
  "HANDOFF_KAFKA__BOOTSTRAP" $root.Values.kafka.bootstrap
  "HANDOFF_KAFKA__TLS" $root.Values.kafka.tls
  "HANDOFF_PARTITIONS" (int $root.Values.kafka.partitions)
  "HANDOFF_MONGO__DATABASE" $root.Values.mongo.database
  "HANDOFF_LISTEN" (ternary "127.0.0.1" "0.0.0.0" (default false .service.loopback))
-}}
{{- with $root.Values.kafka.username -}}
{{- $_ := set $settings "HANDOFF_KAFKA__USERNAME" . -}}
{{- end -}}
{{- if include "handoff.kafkaCa" $root -}}
{{- $_ := set $settings "HANDOFF_KAFKA__CA_FILE" "/etc/handoff/kafka/ca.pem" -}}
{{- end -}}
{{- if $root.Values.collector -}}
{{- $_ := set $settings "OTEL_EXPORTER_OTLP_ENDPOINT" $root.Values.collector -}}
{{- end -}}
{{- range $name, $service := $root.Values.services -}}
{{- $prefix := printf "HANDOFF_ENDPOINTS__%s__" (upper $name) -}}
{{- $host := printf "%s-%s" (include "handoff.name" $root) $name -}}
{{- $_ := set $settings (print $prefix "HOST") (ternary "127.0.0.1" $host (default false $service.loopback)) -}}
{{- $_ := set $settings (print $prefix "HTTP") (int $service.http) -}}
{{- with $service.grpc -}}
{{- $_ := set $settings (print $prefix "GRPC") (int .) -}}
{{- end -}}
{{- end -}}
{{- $settings = mergeOverwrite $settings $root.Values.environment (default dict .service.environment) -}}
{{- if hasKey $settings "HANDOFF_MONGO__URI" -}}
{{- fail "HANDOFF_MONGO__URI is in `environment`; set `mongo.uri` or `mongo.secret` instead." -}}
{{- end -}}
{{- if .service.stable -}}
{{- $instance := printf "HANDOFF_%s__INSTANCE" (upper .name) -}}
{{- $host := printf "HANDOFF_ENDPOINTS__%s__HOST" (upper .name) -}}
{{- $pods := printf "%s-%s-pods" (include "handoff.name" $root) .name -}}
{{- $settings = omit $settings $instance $host -}}
- name: {{ $instance }}
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: {{ $host }}
  value: $({{ $instance }}).{{ $pods }}
{{- end -}}
{{- range $name, $value := $settings }}
- name: {{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- with $root.Values.kafka }}
{{- if .username }}
- name: HANDOFF_KAFKA__PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ required "`kafka.username` needs `kafka.secret.name`." .secret.name }}
      key: {{ .secret.password }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Not empty where the brokers' certificate is signed by an authority of your own. */}}
{{- define "handoff.kafkaCa" -}}
{{- with .Values.kafka.secret -}}
{{- if and .name .ca -}}
{{- .ca -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "handoff.kafkaMount" -}}
{{- if include "handoff.kafkaCa" . -}}
- name: kafka
  mountPath: /etc/handoff/kafka
  readOnly: true
{{- end -}}
{{- end -}}

{{- define "handoff.kafkaVolume" -}}
{{- with include "handoff.kafkaCa" . -}}
- name: kafka
  secret:
    secretName: {{ $.Values.kafka.secret.name }}
    items:
      - key: {{ . }}
        path: ca.pem
{{- end -}}
{{- end -}}

{{/* The files for whoever is on call that the values have, with a space between them. */}}
{{- define "handoff.oncallFiles" -}}
{{- $files := list -}}
{{- range $file := list "receivers" "escalation" "schedules" -}}
{{- if get $.Values.oncall $file -}}
{{- $files = append $files $file -}}
{{- end -}}
{{- end -}}
{{- join " " $files -}}
{{- end -}}

{{/* The Secret that the receivers' secrets lie in; fails where they name any and there is none. */}}
{{- define "handoff.oncallSecret" -}}
{{- with .Values.oncall -}}
{{- if and (contains "/run/secrets/" .receivers) (not .secret.name) -}}
{{- fail "`oncall.receivers` names files in /run/secrets; set `oncall.secret.name`." -}}
{{- end -}}
{{- .secret.name -}}
{{- end -}}
{{- end -}}

{{- define "handoff.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "handoff.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Takes service and path. On the loopback only the pod itself can ask. */}}
{{- define "handoff.probe" -}}
{{- if .service.loopback -}}
exec:
  command:
    - python
    - -I
    - -c
    - |
      import http.client, sys
      service = http.client.HTTPConnection("127.0.0.1", {{ int .service.http }}, timeout=4)
      service.request("GET", "{{ .path }}")
      sys.exit(service.getresponse().status != 200)
{{- else -}}
httpGet:
  path: {{ .path }}
  port: http
{{- end }}
timeoutSeconds: 5
{{- end -}}
