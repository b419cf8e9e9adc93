"""What a script without this library does first: has objects signed, 25 in a call, and makes a list of their URLs.

sign.py --ca FILE --api ORIGIN --bucket KEY [--threads N | --then PROGRAM [--connections N]] LIST

LIST has a line of size, key and path for each file. With --threads, requests downloads them; otherwise the program gets a
list of URLs and paths in its own form: for curl a file for -K, for aria2c one for --input-file.
"""

import argparse
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

import requests
from requests.adapters import HTTPAdapter

from task import Clock

parser = argparse.ArgumentParser()
parser.add_argument("--ca")
parser.add_argument("--api")
parser.add_argument("--bucket")
parser.add_argument("--threads", type=int, default=8)
parser.add_argument("--then", choices=["curl", "aria2c"])
parser.add_argument("--connections", type=int, default=0, help="of the program; 0: as it sees fit")
parser.add_argument("list")
options = parser.parse_args()

with open(options.list, encoding="utf-8") as lines:
    rows = [line.rstrip("\n").split("\t") for line in lines]
paths = {key: path for _, key, path in rows}
clock = Clock()
session = requests.Session()
session.verify = options.ca
session.mount("https://", HTTPAdapter(pool_maxsize=options.threads))
headers = {"Authorization": f"Bearer {os.environ['APS_ACCESS_TOKEN']}"}
batch_url = f"{options.api}/oss/v2/buckets/{options.bucket}/objects/batchsigneds3download"


def sign(keys):
    reply = session.post(batch_url, json={"requests": [{"objectKey": key} for key in keys]}, headers=headers)
    reply.raise_for_status()
    return {key: result["url"] for key, result in reply.json()["results"].items()}


def fetch(item):
    key, url = item
    reply = session.get(url)
    reply.raise_for_status()
    with open(paths[key], "wb") as file:
        file.write(reply.content)


keys = list(paths)
batches = [keys[at : at + 25] for at in range(0, len(keys), 25)]
with ThreadPoolExecutor(options.threads) as pool:
    signed = {key: url for batch in pool.map(sign, batches) for key, url in batch.items()}
    if not options.then:
        list(pool.map(fetch, signed.items()))

if options.then == "curl":
    urls = options.list + ".urls"
    with open(urls, "w", encoding="utf-8") as file:
        if options.connections:
            file.write(f"parallel-immediate\nparallel-max = {options.connections}\n")
        for key, url in signed.items():
            file.write(f'url = "{url}"\noutput = {paths[key]}\n')
    subprocess.run(["curl", "-sSfZ", "--globoff", "--cacert", options.ca, "-K", urls], check=True)
elif options.then == "aria2c":
    urls = options.list + ".urls"
    with open(urls, "w", encoding="utf-8") as file:
        for key, url in signed.items():
            folder, name = os.path.split(paths[key])
            file.write(f"{url}\n dir={folder}\n out={name}\n")
    settings = [f"--max-concurrent-downloads={options.connections}"] if options.connections else []
    subprocess.run(
        ["aria2c", "--no-conf", "--quiet", f"--ca-certificate={options.ca}", *settings, f"--input-file={urls}"],
        check=True,
    )
clock.stop()
