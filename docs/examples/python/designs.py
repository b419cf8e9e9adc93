import os
import sys

import apsfetch
from apsfetch import FileStatus, TranslationStatus


def count(outcome: apsfetch.FolderOutcome, status: FileStatus) -> int:
    """How many files of a folder's outcome have this status."""
    return sum(file.status == status for file in outcome.files)


with apsfetch.Client(
    base_url=os.environ.get("APS_BASE_URL"),
    client_id=os.environ["APS_CLIENT_ID"],
    client_secret=os.environ["APS_CLIENT_SECRET"],
) as client:
    # ANCHOR: main
    urn = "urn:adsk.objects:os.object:apsfetch-sandbox-models/house.rvt"
    # At the most half an hour until the translation is over; called with each manifest that APS sends.
    manifest = client.wait_for_manifest(
        urn, timeout=30 * 60, on_progress=lambda now: print(now.progress, file=sys.stderr)
    )
    if manifest.status == TranslationStatus.SUCCESS:
        print("translated")

    # Derivatives of these types; without a filter all that can be downloaded.
    house = client.download_design(urn, "house", output_types=["mtl", "ifc"])
    print(count(house, FileStatus.DOWNLOADED), 'in the folder "house"')

    # All objects whose key begins with "folder/", without that in their names.
    files = client.download_objects("apsfetch-sandbox-files", "files", prefix="folder/", strip_prefix=True)
    print(count(files, FileStatus.DOWNLOADED), 'in the folder "files"')

    # Again: what has not changed on either side is left alone.
    again = client.download_design(urn, "house", output_types=["mtl", "ifc"])
    if count(again, FileStatus.UNCHANGED) == len(again.files):
        print("nothing new")
    # ANCHOR_END: main
