"""Broker for a site without Redis: each message is a file in a folder.

kombu's own transport writes a message in place. A worker that looks at this moment reads an empty file, and ends.
Here a message appears under its name only when it is complete.
"""

import time
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

from kombu.transport import filesystem
from kombu.utils.json import dumps

from bigsite.queue_order import QueueCycle
from challenge.formats.atomic import atomic_write


class Channel(filesystem.Channel):
    """Channel that writes and reads messages."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time.time_ns()}_{uuid4()}.{queue}.msg"  # the first in order is the next to be read
        with atomic_write(Path(self.data_folder_out, name)) as draft:
            draft.write_text(dumps(payload))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        try:
            return super()._get(queue)
        except ValueError:  # a power cut left half a file, which is now gone; the sweep replaces the message
            raise Empty from None

    def _reset_cycle(self) -> None:
        self._cycle = QueueCycle(self._get_and_deliver, self._active_queues)


class Transport(filesystem.Transport):
    """kombu's file transport, with the channel above."""

    Channel = Channel
