import os

import apsfetch

with apsfetch.Client(
    base_url=os.environ.get("APS_BASE_URL"),
    client_id=os.environ["APS_CLIENT_ID"],
    client_secret=os.environ["APS_CLIENT_SECRET"],
) as client:
    # ANCHOR: main
    items = [
        apsfetch.Object("apsfetch-sandbox-models", "house.rvt"),
        apsfetch.Object("apsfetch-sandbox-files", "folder/sub folder/nested.bin"),
        apsfetch.Object("apsfetch-sandbox-files", "no such object", "missing.bin"),
        apsfetch.Object("apsfetch-sandbox-files", "notes.txt", memory=1 << 20),
    ]
    names = ["house.rvt", "nested.bin", "missing.bin", "notes.txt"]

    # One job. That one item fails does not stop the others: the list has its exception in its place.
    for name, result in zip(names, client.download(items, ".")):
        if isinstance(result, apsfetch.ApsError):
            print(f"{name}: status {int(result.status)}")  # its text says what to do
        elif result.data is not None:
            print(f"{name}: {result.data.decode()}", end="")
        else:
            print(f"{name}: {result.bytes} bytes")
    # ANCHOR_END: main
