"""Downloads one object of a bucket: quickstart.py BUCKET KEY FILE"""

import os
import sys

import apsfetch

bucket, key, path = sys.argv[1:]

with apsfetch.Client(
    base_url=os.environ.get("APS_BASE_URL"),
    client_id=os.environ["APS_CLIENT_ID"],
    client_secret=os.environ["APS_CLIENT_SECRET"],
    scopes="data:read",
) as client:
    try:
        file = client.download_object(bucket, key, path, on_progress=lambda now: print(now, file=sys.stderr))
    except apsfetch.ApsError as error:
        sys.exit(f"{error.status.name}: {error}")
    checked = "SHA-1" if file.verification == apsfetch.Verification.SHA1 else "size"
    print(f"{file.path}: {file.bytes} bytes, verified by {checked}")
