"""Downloads one object with the installed package: download.py PLACE BUCKET KEY FILE.

PLACE is the folder that the package has to come from; one that is not on the path already is put there.
"""

import os
import sys

place, bucket, key, target = sys.argv[1:]
if not sys.prefix.startswith(place):
    sys.path.insert(0, place)

import apsfetch  # noqa: E402

found = os.path.abspath(apsfetch.__file__)
assert found.startswith(place), f"{found} is not in {place}"
assert os.path.isfile(os.path.join(os.path.dirname(found), "py.typed")), "py.typed is missing"

with apsfetch.Client(
    base_url=os.environ["APS_BASE_URL"],
    client_id=os.environ["APS_CLIENT_ID"],
    client_secret=os.environ["APS_CLIENT_SECRET"],
    proxy="",
) as client:
    result = client.download_object(bucket, key, target)

print(f"    {sys.platform}, Python {sys.version.split()[0]}, apsfetch {apsfetch.__version__}: {result.bytes} bytes")
