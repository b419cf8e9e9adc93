import os

import apsfetch


# ANCHOR: main
def get_token() -> str:
    """Stands for what the host does: it asks its own server, or its user."""
    print("a token, please")
    return os.environ["APS_SANDBOX_TOKEN"]


# Called before the first download, and whenever APS refuses the token: the download goes on where it was.
with apsfetch.Client(base_url=os.environ.get("APS_BASE_URL"), token_provider=get_token) as client:
    file = client.download_object("apsfetch-sandbox-models", "house.rvt", "house.rvt")
    print(f"house.rvt: {file.bytes} bytes")
# ANCHOR_END: main
