import os

import apsfetch

# ANCHOR: main
urn = "urn:adsk.objects:os.object:apsfetch-sandbox-models/Haus.rvt"

for region in ("US", "EMEA"):
    with apsfetch.Client(
        base_url=os.environ.get("APS_BASE_URL"),
        client_id=os.environ["APS_CLIENT_ID"],
        client_secret=os.environ["APS_CLIENT_SECRET"],
        region=region,
        # Trusted beside the system's own certificates: the firm's authority, or here the sandbox's.
        ca_file=os.environ["APS_CA_FILE"],
        # "http://user:password@proxy.firm.example:8080"; "" for none, whatever the environment says.
        proxy="",
        connect_timeout=10,
        max_connections=16,
        user_agent="MyPlugin/2.1",
    ) as client:
        try:
            manifest = client.manifest(urn)
        except apsfetch.NotFoundError as error:
            print(f"{region}: status {int(error.status)}")
            continue
        for node in manifest.files():
            file = client.download_derivative(urn, node.urn, "Haus.obj")
            print(f"{region}: {file.path.name}, {file.bytes} bytes")
# ANCHOR_END: main
