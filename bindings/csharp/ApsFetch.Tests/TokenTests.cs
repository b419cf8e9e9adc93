using System;
using System.Threading;
using System.Threading.Tasks;

namespace ApsFetch.Tests
{
    internal static class TokenTests
    {
        private static readonly Sandbox Aps = Sandbox.Shared;

        private static ObjectRequest Small() => new ObjectRequest(Sandbox.Bucket, "odd.bin") { MaxMemoryBytes = 1 << 20 };

        private static ApsClient WithProvider(Func<Task<string>> provider)
        {
            var options = Aps.OptionsWithoutToken();
            options.TokenProvider = provider;
            return new ApsClient(options);
        }

        private static Task<string> Throws() => throw new FormatException("not logged in");

        public static void GivenByTheHost()
        {
            var options = Aps.OptionsWithoutToken();
            options.AccessToken = Aps.Token();
            using (var client = new ApsClient(options))
            {
                client.Download(Small());
                client.SetAccessToken("worthless");
                var error = Check.Throws<ApsAuthException>(() => client.Download(Small()));
                Check.Equal(ApsStatus.Auth, error.Status);
                Check.Equal(401, error.HttpStatus);
                client.SetAccessToken(Aps.Token());
                client.Download(Small());
            }
        }

        public static void TheOneThatIsGivenIsTheFirst()
        {
            var options = Aps.Options();
            options.AccessToken = Aps.Token();
            using (var client = new ApsClient(options))
            {
                client.Download(Small());
                Check.Equal(options.AccessToken, client.GetAccessToken().Token);
            }
            options.AccessToken = "worthless";
            using (var client = new ApsClient(options))
            {
                client.Download(Small());
                Check.True(client.GetAccessToken().Token != "worthless", "one of its own");
            }
        }

        public static void None()
        {
            using (var client = new ApsClient(Aps.OptionsWithoutToken()))
            {
                Check.Throws<ApsAuthException>(() => client.Download(Small()));
            }
        }

        public static void WrongSecret()
        {
            var options = Aps.Options();
            options.ClientSecret = "wrong";
            using (var client = new ApsClient(options))
            {
                var error = Check.Throws<ApsAuthException>(() => client.Download(Small()));
                Check.True(!error.ToString().Contains("wrong"), "no secret in the error");
            }
        }

        public static void FromTheProviderOnceForAll()
        {
            var calls = 0;
            var gate = new TaskCompletionSource<bool>();
            Func<Task<string>> provider = async () =>
            {
                Interlocked.Increment(ref calls);
                await gate.Task;
                return Aps.Token();
            };
            using (var client = WithProvider(provider))
            {
                // Seen to wait twice, a job has asked: it does so between two reports.
                var seen = new int[2];
                Func<int, Listener> progress = job => new Listener(now =>
                {
                    if (now.State == JobState.WaitingForToken)
                    {
                        Interlocked.Increment(ref seen[job]);
                    }
                    if (Volatile.Read(ref seen[0]) >= 2 && Volatile.Read(ref seen[1]) >= 2)
                    {
                        gate.TrySetResult(true);
                    }
                });
                var first = client.DownloadAsync(Small(), progress(0));
                var second = client.DownloadAsync(Small(), progress(1));
                Check.Equal(12345L, Check.Result(first).Bytes);
                Check.Equal(12345L, Check.Result(second).Bytes);
                Check.Equal(1, calls, "calls of the provider");
                client.Download(Small());
                Check.Equal(1, calls, "calls of the provider");
            }
        }

        public static void FromTheProviderAgainWhenItIsRefused()
        {
            var calls = 0;
            using (var client = WithProvider(() => Task.FromResult(++calls == 1 ? "worthless" : Aps.Token())))
            {
                Check.Throws<ApsAuthException>(() => { client.SetAccessToken("old"); client.Download(Small()); });
                client.Download(Small());
                Check.Equal(2, calls, "calls of the provider");
                client.SetAccessToken("expired");
                client.Download(Small());
                Check.Equal(3, calls, "calls of the provider");
            }
        }

        public static void TheProviderThrows()
        {
            using (var client = WithProvider(Throws))
            {
                Check.Equal("not logged in", Check.Throws<FormatException>(() => client.Download(Small())).Message);
                Check.Throws<FormatException>(() => Check.Result(client.DownloadAsync(Small())));
                Check.Throws<FormatException>(() => client.Sign(new[] { Small() }));
            }
            using (var client = WithProvider(() => Task.FromResult("")))
            {
                Check.Throws<InvalidOperationException>(() => client.Download(Small()));
            }
        }

        public static void CancelWhileTheProviderThinks()
        {
            var never = new TaskCompletionSource<string>();
            using (var client = WithProvider(() => never.Task))
            using (var source = new CancellationTokenSource())
            {
                var progress = new Listener(now =>
                {
                    if (now.State == JobState.WaitingForToken)
                    {
                        source.Cancel();
                    }
                });
                Check.Throws<OperationCanceledException>(() => client.Download(Small(), progress, source.Token));
            }
            using (var source = new CancellationTokenSource())
            using (var client = WithProvider(() => { source.Cancel(); return never.Task; }))
            {
                Check.Throws<OperationCanceledException>(() => client.Sign(new[] { Small() }, source.Token));
            }
        }

        public static void SigningAsksTheProvider()
        {
            var calls = 0;
            using (var client = WithProvider(() => Task.FromResult(calls++ == 0 ? "worthless" : Aps.Token())))
            {
                Check.Equal(ApsStatus.Auth, client.Sign(new[] { Small() })[0].Error.Status);
                Check.Equal(SignedStatus.Complete, client.Sign(new[] { Small() })[0].Status);
                Check.Equal(2, calls, "calls of the provider");
                // The token serves the downloads too.
                client.Download(Small());
                Check.Equal(2, calls, "calls of the provider");
            }
        }

        public static void AskedWhileAJobIsPolled()
        {
            using (var client = WithProvider(() => Task.FromResult(Aps.Token())))
            using (var job = client.Start(new[] { Small() }))
            {
                Check.True(job.Wait(TimeSpan.FromSeconds(30)), "the end");
                Check.Equal(12345L, job.GetResults()[0].EnsureSuccess().Bytes);
            }
        }
    }
}
