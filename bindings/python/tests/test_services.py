"""What can be asked of APS: details, manifests, listings, signed URLs, uploads, logins."""

import datetime
import hashlib
import threading
import unittest
import urllib.error
import urllib.request
from typing import Any, Optional

import apsfetch

from .sandbox import BUCKET, SandboxTest

WRITING = "data:read data:write"


class Manifests(SandboxTest):
    def design(self, name: str) -> str:
        return next(str(design["urn"]) for design in self.sandbox.info["designs"] if design["name"] == name)

    def test_a_manifest_is_a_tree(self) -> None:
        urn = self.design("house.rvt")
        manifest = self.client().manifest(urn)
        self.assertEqual((manifest.urn, manifest.status), (urn, apsfetch.TranslationStatus.SUCCESS))
        self.assertEqual((manifest.percent, manifest.over), (100, True))
        self.assertIn("obj", [derivative.output_type for derivative in manifest.derivatives])
        obj = next(file for file in manifest.files() if (file.name or "").endswith(".obj"))
        self.assertIn(obj.urn, manifest.json)
        parents = [node for node in manifest.nodes() if obj in node.children]
        self.assertEqual([parent.output_type for parent in parents], [obj.output_type])
        self.assertEqual(apsfetch.Manifest.from_json(manifest.json), manifest)
        with self.assertRaises(apsfetch.InvalidArgumentError):
            apsfetch.Manifest.from_json("[]")

    def test_the_tree_has_the_order_of_the_manifest(self) -> None:
        json = (
            '{"urn":"dQ","status":"success","type":"manifest","derivatives":['
            '{"outputType":"svf","name":"1","children":[{"name":"1a","children":[{"name":"1a1"},{"name":"1a2"}]},'
            '{"name":"1b"}]},{"outputType":"obj","name":"2","children":[{"name":"2a"}]}]}'
        )
        manifest = apsfetch.Manifest.from_json(json)
        self.assertEqual([node.name for node in manifest.nodes()], ["1", "1a", "1a1", "1a2", "1b", "2", "2a"])
        self.assertEqual([node.name for node in manifest.derivatives], ["1", "2"])
        self.assertEqual([child.name for child in manifest.derivatives[0].children], ["1a", "1b"])

    def test_a_failed_translation_says_why(self) -> None:
        manifest = self.client().manifest(self.design("broken.rvt"))
        self.assertEqual(manifest.status, apsfetch.TranslationStatus.FAILED)
        messages = [message for node in manifest.nodes() for message in node.messages]
        self.assertTrue(any(message.type == "error" and message.text for message in messages))

    def test_waiting_for_a_translation(self) -> None:
        urn = self.sandbox.control(
            "designs", {"urn": f"urn:wait:{self.id()}", "state": {"state": "polls", "polls": 1}}
        )
        manifest = self.client().wait_for_manifest(urn["urn"], timeout=60)
        self.assertEqual(manifest.status, apsfetch.TranslationStatus.SUCCESS)
        with self.assertRaises(apsfetch.NotReadyError):
            self.client().wait_for_manifest(self.design("stuck.rvt"), timeout=0)
        with self.assertRaises(apsfetch.NotFoundError):
            self.client().manifest("dXJuOm5vbmU")

    def test_details_of_a_derivative(self) -> None:
        details = self.client().details(self.derivative())
        self.assertIsNotNone(details.content_type)
        self.assertEqual(details.size, self.client().fetch(self.in_memory()).bytes)

    def in_memory(self) -> apsfetch.Derivative:
        found = self.derivative()
        return apsfetch.Derivative(found.urn, found.derivative_urn, memory=1 << 20)


class Buckets(SandboxTest):
    def test_a_bucket_is_listed(self) -> None:
        client = self.client()
        every = client.list_objects(BUCKET)
        keys = [found.key for found in every]
        self.assertIn("odd.bin", keys)
        self.assertEqual(list(client.iter_objects(BUCKET)), list(every))
        self.assertEqual(
            [found.key for found in client.list_objects(BUCKET, prefix="folder/")],
            [key for key in keys if (key or "").startswith("folder/")],
        )
        self.assertEqual(client.list_objects(BUCKET, max_objects=2), every[:2])
        self.assertEqual(client.list_objects(BUCKET, start_at=keys[1])[0].key, keys[2])

    def test_a_bucket_is_listed_in_pages(self) -> None:
        client = self.client()
        page = client.list_objects_page(BUCKET, limit=3)
        found = list(page.objects)
        self.assertEqual(len(found), 3)
        while page.next is not None:
            page = client.list_objects_page(BUCKET, limit=3, page=page.next)
            found += page.objects
        self.assertEqual(tuple(found), client.list_objects(BUCKET))

    def test_details_of_an_object(self) -> None:
        client = self.client()
        details = client.object_details(BUCKET, "notes.txt")
        content = client.read_object(BUCKET, "notes.txt")
        self.assertEqual((details.bucket, details.key, details.size), (BUCKET, "notes.txt", len(content)))
        self.assertEqual(details.sha1, hashlib.sha1(content).hexdigest())
        with self.assertRaises(apsfetch.NotFoundError):
            client.object_details(BUCKET, "none")

    def test_a_signed_url_for_somebody_else(self) -> None:
        client = self.client(scopes=WRITING)
        url = client.create_signed_url(BUCKET, "notes.txt", minutes_expiration=5, single_use=True)
        assert url.expires_at is not None
        self.assertLess(url.expires_at, datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=6))
        self.assertTrue(url.single_use)
        self.assertNotIn(url.url, repr(url))
        self.assertEqual(client.fetch(apsfetch.Url(url.url, memory=100, single_use=True)).bytes, 21)
        with self.assertRaises(apsfetch.InvalidArgumentError):
            client.create_signed_url(BUCKET, "notes.txt", minutes_expiration=-1)

    def test_uploads(self) -> None:
        client = self.client(scopes=WRITING)
        source = self.folder / "Grüße.bin"
        source.write_bytes(b"hello" * 1000)
        stored = client.upload_object(BUCKET, "uploaded/a b.bin", source, content_type="text/x-test")
        self.assertEqual((stored.bytes, stored.http_status, stored.object_key), (5000, 200, "uploaded/a b.bin"))
        self.assertEqual(stored.sha1, hashlib.sha1(source.read_bytes()).hexdigest())
        self.assertEqual(client.read_object(BUCKET, "uploaded/a b.bin"), source.read_bytes())
        source.write_bytes(b"")
        url = client.create_signed_url(BUCKET, "uploaded/b", access=apsfetch.Access.WRITE)
        host = apsfetch.Client(proxy="", token_provider=lambda: self.fail("a URL needs no token"))
        self.addCleanup(host.close)
        self.assertEqual(host.upload(url.url, str(source), single_use=True).bytes, 0)
        self.assertEqual(client.read_object(BUCKET, "uploaded/b"), b"")
        with self.assertRaises(apsfetch.FileError):
            client.upload_object(BUCKET, "c", self.folder / "none")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> Optional[urllib.request.Request]:
        return None


class Logins(SandboxTest):
    options = ["--auto-login", "allow"]

    def browse(self, url: str) -> str:
        """What the login page answers with: the address it sends the browser back to."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect)
        try:
            with opener.open(url, timeout=30) as page:
                self.fail(f"no redirect but {page.status}")
        except urllib.error.HTTPError as answer:
            answer.close()
            return str(answer.headers["Location"])

    def test_a_login_with_pkce(self) -> None:
        client = apsfetch.Client(base_url=self.sandbox.info["api"], proxy="")
        self.addCleanup(client.close)
        public = self.sandbox.info["public_client_id"]
        with client.login(public, ["data:read", "viewables:read"], callback_port=0) as login:
            self.assertTrue(login.is_open)
            self.assertFalse(login.wait(0.01))
            back = self.browse(login.authorize_url)
            self.assertTrue(back.startswith(login.redirect_uri))
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

            def come_back() -> None:
                with opener.open(back, timeout=30):
                    pass

            # The thread that waits answers the browser.
            browser = threading.Thread(target=come_back)
            browser.start()
            self.assertTrue(login.wait(60))
            browser.join()
            self.assertFalse(login.is_open)
            self.assertEqual(set(login.scopes), {"data:read", "viewables:read"})
            self.assertGreater(login.expires_in or 0, 0)
            self.assertEqual(login.refresh_token, client.refresh_token)
        self.assertEqual(client.read_object(BUCKET, "notes.txt"), b"A text, for the eye.\n")

    def test_a_login_that_nobody_finishes(self) -> None:
        client = self.client()
        with client.login("id", "data:read", callback_port=0, timeout=0.05) as login:
            with self.assertRaises(apsfetch.TimedOutError):
                login.wait()
        with self.assertRaises(apsfetch.InvalidArgumentError):
            client.login("id", "data:read", callback_port=70000)


if __name__ == "__main__":
    unittest.main()
