"""requests, a file a thread, with a pool of connections as large."""

from concurrent.futures import ThreadPoolExecutor

import requests
from requests.adapters import HTTPAdapter

from task import Clock, Task

task = Task()
clock = Clock()
session = requests.Session()
session.verify = task.ca or True
session.mount("https://", HTTPAdapter(pool_maxsize=task.connections))


def fetch(item):
    _, url, path = item
    reply = session.get(url)
    reply.raise_for_status()
    with open(path, "wb") as file:
        file.write(reply.content)


with ThreadPoolExecutor(task.connections) as pool:
    list(pool.map(fetch, task.files))
clock.stop()
