"""What a contestant in Python is asked to do, and how it says what it took."""

import argparse
import json
import resource
import time
from urllib.parse import urlsplit


class Task:
    """The command line: --ca FILE --connections N LIST, with a line of size, URL and path for each file."""

    def __init__(self):
        parser = argparse.ArgumentParser()
        parser.add_argument("--ca")
        parser.add_argument("--connections", type=int, default=0, help="0: as the library sees fit")
        parser.add_argument("list")
        options = parser.parse_args()
        self.ca = options.ca
        self.connections = options.connections
        with open(options.list, encoding="utf-8") as lines:
            rows = [line.rstrip("\n").split("\t") for line in lines]
        self.files = [(int(size), url, path) for size, url, path in rows]

    def s3(self):
        """The first URL as S3 sees it: endpoint, bucket, and (key, path, size) of each file."""
        first = urlsplit(self.files[0][1])
        bucket = first.path.split("/")[1]
        files = [(urlsplit(url).path.split("/", 2)[2], path, size) for size, url, path in self.files]
        return f"{first.scheme}://{first.netloc}", bucket, files


class Clock:
    """Begins when everything is imported; prints what it took since then."""

    def __init__(self):
        self.begun = time.monotonic()
        self.cpu = self._cpu()

    @staticmethod
    def _cpu():
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(one.ru_utime + one.ru_stime for one in used)

    def stop(self):
        seconds = time.monotonic() - self.begun
        print(json.dumps({"seconds": seconds, "cpu_seconds": self._cpu() - self.cpu}))
