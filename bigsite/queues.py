"""Settings of Celery and its queues; `bigsite.settings` has them, too.

The broker carries only ids; all state is in the database.
"""

from kombu import Exchange, Queue

from bigsite import capacity
from bigsite.environment import DATA_DIR, env
from bigsite.queue_order import BACKGROUND_SUFFIX, BOARD_SUFFIX
from bigsite.schedule import Every

BROKER_DIR = DATA_DIR / "broker"
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://localhost")
if CELERY_BROKER_URL.startswith("filesystem://"):
    CELERY_BROKER_TRANSPORT = "bigsite.broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR),
        "data_folder_out": str(BROKER_DIR),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.1,
    }
else:
    # A broker that is down must not delay an upload: the sweep enqueues unsent jobs later.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "socket_connect_timeout": 2,
        "socket_timeout": 2,
        "max_retries": 0,
        "queue_order_strategy": "bigsite.queue_order:ScoresFirst",
    }
CELERY_TASK_DEFAULT_QUEUE = env.str("CELERY_QUEUE", default="celery")
# A worker scores while uploads wait; `queue_order` says when the work of the background follows. Intervals that have
# waited for too long have a queue that takes turns with uploads.
OVERDUE_SUFFIX = "-overdue"
# Renewals of the leaderboard have a queue, too: after a change of the labels, thousands of scorings are in the
# background.
CELERY_TASK_QUEUES = [
    Queue(name, Exchange(name), routing_key=name)
    for name in (
        CELERY_TASK_DEFAULT_QUEUE,
        CELERY_TASK_DEFAULT_QUEUE + OVERDUE_SUFFIX,
        CELERY_TASK_DEFAULT_QUEUE + BACKGROUND_SUFFIX,
        CELERY_TASK_DEFAULT_QUEUE + BOARD_SUFFIX,
    )
]
# Figures have a separate queue and worker: drawing takes many seconds, and scoring must not wait for it.
FIGURES_QUEUE = f"{CELERY_TASK_DEFAULT_QUEUE}-figures"
# Verifications too: they take seconds, and scores never wait for them.
VERIFY_QUEUE = f"{CELERY_TASK_DEFAULT_QUEUE}-verify"
CELERY_TASK_ROUTES = {
    "challenge.tasks.render_figures": {"queue": FIGURES_QUEUE},
    "challenge.tasks.verify": {"queue": VERIFY_QUEUE},
}
# Has no effect where pandas or scikit-learn is not installed.
VERIFY_SCORES = env.bool("VERIFY_SCORES", default=True)
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_REDIRECT_STDOUTS = False  # print mails of the console back end unchanged
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", default=capacity.processes())
CELERY_WORKER_MAX_MEMORY_PER_CHILD = capacity.MAX_CHILD_KB
CELERY_WORKER_LOST_WAIT = 1.0  # seconds that a dead child may delay the queue
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 75
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    # Messages expire, so that a worker that was down does not find thousands of them.
    "sweep": {"task": "challenge.tasks.sweep", "schedule": Every(20.0), "options": {"expires": 600}},
    "tidy": {
        "task": "challenge.tasks.tidy",
        "schedule": Every(6 * 3600.0),
        "options": {"expires": 3600, "queue": CELERY_TASK_DEFAULT_QUEUE + BACKGROUND_SUFFIX},
    },
}
