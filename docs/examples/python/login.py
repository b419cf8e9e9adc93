import os

import apsfetch

# ANCHOR: main
with apsfetch.Client(base_url=os.environ.get("APS_BASE_URL")) as client:
    # Port 0 is any free one, which only the sandbox takes. For APS it is the one that is registered for the app.
    with client.login(os.environ["APS_PUBLIC_CLIENT_ID"], "data:read", callback_port=0) as login:
        print("Open", login.authorize_url, flush=True)  # or webbrowser.open(login.authorize_url)
        login.wait()
        print("logged in for", *login.scopes)

    file = client.download_object("apsfetch-sandbox-models", "house.rvt", "house.rvt")
    print(f"house.rvt: {file.bytes} bytes")

    # Kept in a safe place, it lets the next run begin with Client(refresh_token=…) and no browser.
    secret = client.refresh_token
# ANCHOR_END: main
