"""The Deployment of each worker and what scales it, for `kubectl apply -k docker/kubernetes`."""

from collections.abc import Callable, Iterable

from core.broker_link import KEY_PREFIX
from core.queues import Queue
from workers.layout import Worker, one_per_family

HEAD = "# Written by `make docs` from the queues that tasks/ declares.\n"
FOLDER = "docker/kubernetes"
# How many copies of a worker a crowd of messages may bring.
MOST = 10

WORKER = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  labels: {{app.kubernetes.io/part-of: esteira, app.kubernetes.io/name: {name}}}
spec:
  # How many there are is told by what scales them; without it, one.
  selector:
    matchLabels: {{app.kubernetes.io/part-of: esteira, app.kubernetes.io/name: {name}}}
  template:
    metadata:
      labels: {{app.kubernetes.io/part-of: esteira, app.kubernetes.io/name: {name}, esteira/banco: "sim"}}
    spec:
      # SIGTERM starts no new request; those under way finish, the rest goes back to the database.
      terminationGracePeriodSeconds: {grace}
      automountServiceAccountToken: false
      # Else each Service here is a variable of every pod: Flower takes FLOWER_PORT for its own port.
      enableServiceLinks: false
      securityContext:
        seccompProfile: {{type: RuntimeDefault}}
        runAsNonRoot: true
        runAsUser: 10001
        runAsGroup: 10001
        fsGroup: 10001
      containers:
        - name: {name}
          image: esteira
          args: [{command}]
          envFrom: [{{configMapRef: {{name: esteira}}}}]
          # Its own word has come back through the broker.
          startupProbe:
            exec: {{command: [saude, batimento, "30"]}}
            periodSeconds: 5
            failureThreshold: 60
          readinessProbe:
            exec: {{command: [saude, batimento, "30"]}}
            periodSeconds: 30
            timeoutSeconds: 10
          # Ten minutes: a broker that is away ends nobody in a hurry, and comes back to all at once.
          livenessProbe:
            exec: {{command: [saude, batimento, "600"]}}
            periodSeconds: 60
            timeoutSeconds: 10
          resources:
            requests: {{cpu: 50m, memory: 192Mi}}
            limits: {{memory: {memory}Mi}}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {{drop: [ALL]}}
          volumeMounts:
            - {{name: tmp, mountPath: /tmp}}
            - {{name: dados, mountPath: /var/lib/esteira/dados}}
            - {{name: presenca, mountPath: /var/lib/esteira/presenca}}
            - {{name: segredos, mountPath: /run/secrets, readOnly: true}}
      volumes:
        - {{name: tmp, emptyDir: {{sizeLimit: 512Mi}}}}
        - {{name: dados, emptyDir: {{sizeLimit: 64Mi}}}}
        # It outlasts a container that is started again, which so learns that the one before has ended.
        - {{name: presenca, emptyDir: {{sizeLimit: 1Mi}}}}
        - name: segredos
          projected:
            sources:
              - secret:
                  name: esteira
                  items:
                    - {{key: esteira_core__keys, path: esteira_core__keys}}
                    - {{key: esteira_core__database_password, path: esteira_core__database_password}}
                    - {{key: esteira_core__redis_password, path: esteira_core__redis_password}}
              # What is this worker's alone, such as the account it sends to.
              - secret: {{name: esteira-{name}, optional: true}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {name}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {{app.kubernetes.io/part-of: esteira, app.kubernetes.io/name: {name}}}
"""

SCALED = """\
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: {name}
spec:
  scaleTargetRef: {{name: {name}}}
  minReplicaCount: 1
  maxReplicaCount: {most}
  # One that is ended finishes what is under way first.
  cooldownPeriod: 300
  triggers:
{triggers}"""

REDIS = """\
    - type: redis
      authenticationRef: {{name: esteira-redis}}
      metadata: {{address: "redis:6379", listName: "{prefix}{queue}", listLength: "{length}"}}
"""
RABBIT = """\
    - type: rabbitmq
      authenticationRef: {{name: esteira-rabbitmq}}
      metadata: {{protocol: amqp, queueName: "{queue}", mode: QueueLength, value: "{length}"}}
"""


def workers(_: str) -> str:
    """Return the Deployments of all workers."""
    return HEAD + "---\n".join(_needs(worker) + _deployment(worker) for worker in one_per_family())


def _needs(worker: Worker) -> str:
    return "".join(f"# {queue.needs}\n" for queue in worker.queues if queue.needs)


def _deployment(worker: Worker) -> str:
    words = ", ".join(f'"{word}"' for word in ("python", "-m", *worker.arguments()))
    return WORKER.format(name=worker.name, command=words, memory=worker.memory_at_most, grace=worker.stops_at_most)


def scaled(trigger: str) -> Callable[[str], str]:
    """Return what writes the scalers of all workers, with this trigger for each queue."""

    def written(_: str) -> str:
        return HEAD + "---\n".join(_scaled(worker, trigger) for worker in one_per_family())

    return written


def _scaled(worker: Worker, trigger: str) -> str:
    return SCALED.format(name=worker.name, most=MOST, triggers="".join(_triggers(worker.queues, trigger)))


def _triggers(queues: Iterable[Queue], trigger: str) -> Iterable[str]:
    for queue in queues:
        # One more copy for what one could not do in a moment: messages stand for batches.
        yield trigger.format(prefix=KEY_PREFIX, queue=queue.name, length=5 * queue.processes)


FILES: dict[str, Callable[[str], str]] = {
    f"{FOLDER}/workers.yaml": workers,
    f"{FOLDER}/escala-redis/workers.yaml": scaled(REDIS),
    f"{FOLDER}/escala-rabbitmq/workers.yaml": scaled(RABBIT),
}
