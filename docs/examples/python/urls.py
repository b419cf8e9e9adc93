import os
from pathlib import Path

import apsfetch

Path("hello.txt").write_bytes(b"Hello, APS!\n")

with apsfetch.Client(
    base_url=os.environ.get("APS_BASE_URL"),
    client_id=os.environ["APS_CLIENT_ID"],
    client_secret=os.environ["APS_CLIENT_SECRET"],
    scopes="data:read data:write",
) as client:
    # ANCHOR: main
    bucket = "apsfetch-sandbox-models"
    # Everything to fetch a file by other means. URL and cookies are secrets for as long as they work.
    (house,) = client.sign([apsfetch.Object(bucket, "house.rvt")])
    if isinstance(house, apsfetch.ApsError):
        raise house
    with_sha1 = "with" if house.sha1 else "without"
    print(f"house.rvt: {house.size} bytes, {len(house.cookies)} cookies, {with_sha1} a SHA-1")

    # A file becomes an object.
    stored = client.upload_object(bucket, "hello.txt", "hello.txt")
    print("uploaded:", stored.object_id)

    # A URL for somebody who has no token: to read, for 10 minutes, once.
    url = client.create_signed_url(bucket, "hello.txt", minutes_expiration=10, single_use=True)

    # What that somebody does.
    file = client.fetch(apsfetch.Url(url.url, memory=1 << 20, single_use=True))
    print("read back:", file.data.decode(), end="")
    # ANCHOR_END: main
