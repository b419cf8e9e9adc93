import os
import sys

import apsfetch

with apsfetch.Client(
    base_url=os.environ.get("APS_BASE_URL"),
    client_id=os.environ["APS_CLIENT_ID"],
    client_secret=os.environ["APS_CLIENT_SECRET"],
) as client:
    # ANCHOR: main
    item = apsfetch.Object("apsfetch-sandbox-files", "medium.bin", "medium.bin")
    with client.start([item]) as job:
        # A timer of a user interface would ask with a timeout of 0.
        while not job.wait(0.1):
            now = job.progress()
            print(now, file=sys.stderr)
            if now.bytes_done > 4_000_000:  # the user has changed their mind
                job.cancel()
        if isinstance(job.result(0), apsfetch.Cancelled):
            print("cancelled")

    # The same source to the same target, now or after another start of the program: it goes on.
    file = client.fetch(item)
    print(f"{file.bytes} bytes, {'not all of them' if file.resumed_bytes else 'all'} in the second run")
    # ANCHOR_END: main
