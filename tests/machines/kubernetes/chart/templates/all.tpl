# A hub that does nothing but run, with the values that it was given and the volume that outlives a release.
apiVersion: v1
kind: Secret
metadata:
  name: hub
stringData:
  values.yaml: |
{{ .Values | toYaml | indent 4 }}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: hub-db-dir
  annotations: {{ .Values.hub.db.pvc.annotations | toJson }}
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: {{ .Values.hub.db.pvc.storage | quote }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: hub
spec:
  selector:
    matchLabels: {component: hub}
  template:
    metadata:
      labels: {component: hub}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: hub
          image: localhost/pause:1
          imagePullPolicy: Never
          resources:
            requests: {cpu: 10m, memory: 16Mi}
            limits: {cpu: 100m, memory: 64Mi}
---
# As the chart's image puller: an upgrade goes on when the seats' image is there.
apiVersion: batch/v1
kind: Job
metadata:
  name: image-puller
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 1
      containers:
        - name: pull
          image: "{{ .Values.singleuser.image.name }}:{{ .Values.singleuser.image.tag }}"
          imagePullPolicy: Never
          command: ["true"]
          resources:
            requests: {cpu: 10m, memory: 16Mi}
            limits: {cpu: "1", memory: 128Mi}
