"""Where access tokens come from, and what happens when APS refuses one."""

import threading
import unittest

import apsfetch

from .sandbox import BUCKET, SandboxTest

ITEM = apsfetch.Object(BUCKET, "one.bin", memory=1)


class Tokens(SandboxTest):
    def test_client_credentials(self) -> None:
        self.assertEqual(self.client(scopes=["data:read", "viewables:read"]).fetch(ITEM).bytes, 1)
        self.assertEqual(self.client(scopes="data:read").fetch(ITEM).bytes, 1)

    def test_a_login_of_an_earlier_run(self) -> None:
        client = self.client()
        client.fetch(ITEM)
        self.assertIsNone(client.refresh_token)
        public = self.sandbox.info["public_client_id"]
        client = self.client(client_id=public, refresh_token="not-from-this-server")
        self.assertEqual(client.refresh_token, "not-from-this-server")
        with self.assertRaises(apsfetch.AuthError):
            client.fetch(ITEM)
        self.assertIsNone(client.refresh_token)

    def test_a_token_can_be_set_later(self) -> None:
        client = self.client(access_token="wrong")
        self.assertIsInstance(client.sign([ITEM])[0], apsfetch.AuthError)
        client.set_access_token(self.sandbox.token())
        self.assertEqual(client.fetch(ITEM).bytes, 1)

    def test_a_job_waits_for_a_token(self) -> None:
        client = self.client(access_token="wrong", token_wait=60)
        states: list[apsfetch.JobState] = []

        def watch(progress: apsfetch.Progress) -> None:
            states.append(progress.state)
            if progress.state == apsfetch.JobState.WAITING_FOR_TOKEN:
                client.set_access_token(self.sandbox.token())

        self.assertEqual(client.fetch(ITEM, on_progress=watch).bytes, 1)
        self.assertIn(apsfetch.JobState.WAITING_FOR_TOKEN, states)
        self.assertEqual(states[-1], apsfetch.JobState.FINISHED)


class Providers(SandboxTest):
    def setUp(self) -> None:
        super().setUp()
        self.calls: list[threading.Thread] = []

    def provider(self, *tokens: str) -> apsfetch.TokenProvider:
        """Gives the tokens in their order, the last one again and again."""

        def provide() -> str:
            self.calls.append(threading.current_thread())
            return tokens[min(len(self.calls), len(tokens)) - 1]

        return provide

    def test_a_provider_is_asked_once_on_the_thread_of_the_caller(self) -> None:
        client = self.client(token_provider=self.provider(self.sandbox.token()))
        self.assertEqual(self.calls, [])
        for _ in range(3):
            self.assertEqual(client.fetch(ITEM).bytes, 1)
        self.assertEqual(self.calls, [threading.current_thread()])

    def test_it_is_asked_again_when_aps_refuses_the_token(self) -> None:
        client = self.client(token_provider=self.provider("expired", self.sandbox.token()))
        self.assertEqual(client.fetch(ITEM).bytes, 1)
        self.assertEqual(len(self.calls), 2)

    def test_a_signing_begins_with_a_fresh_token(self) -> None:
        client = self.client(token_provider=self.provider("expired", self.sandbox.token()), token_wait=0)
        self.assertIsInstance(client.sign([ITEM])[0], apsfetch.AuthError)
        self.assertIsInstance(client.sign([ITEM])[0], apsfetch.Signed)

    def test_a_token_that_is_refused_again_is_an_error(self) -> None:
        client = self.client(token_provider=self.provider("wrong"))
        with self.assertRaises(apsfetch.AuthError):
            client.fetch(ITEM)
        self.assertEqual(len(self.calls), 2)

    def test_urls_need_no_token(self) -> None:
        signed = self.client().sign([ITEM])[0]
        assert isinstance(signed, apsfetch.Signed) and signed.url
        client = self.client(token_provider=self.provider("wrong"))
        self.assertEqual(client.fetch(apsfetch.Url(signed.url, memory=1)).bytes, 1)
        self.assertEqual(self.calls, [])

    def test_its_exception_is_raised(self) -> None:
        class LoggedOut(Exception):
            pass

        def provide() -> str:
            self.calls.append(threading.current_thread())
            if len(self.calls) == 1:
                return "expired"
            raise LoggedOut

        client = self.client(token_provider=provide)
        with client.start([ITEM]) as job:
            with self.assertRaises(LoggedOut):
                job.wait()
            self.assertTrue(job.finished)
            self.assertIsInstance(job.result(0), apsfetch.Cancelled)
        with self.assertRaises(LoggedOut):
            self.client(token_provider=provide).fetch(ITEM)

    def test_what_it_returns_is_checked(self) -> None:
        client = self.client(token_provider=lambda: None)
        with self.assertRaisesRegex(apsfetch.InvalidArgumentError, "NoneType"):
            client.fetch(ITEM)

    def test_jobs_of_several_threads_share_what_it_brings(self) -> None:
        good = self.sandbox.token()
        client = self.client(token_provider=self.provider("expired", good))
        sizes: list[int] = []
        threads = [threading.Thread(target=lambda: sizes.append(client.fetch(ITEM).bytes)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sizes, [1] * 6)


if __name__ == "__main__":
    unittest.main()
