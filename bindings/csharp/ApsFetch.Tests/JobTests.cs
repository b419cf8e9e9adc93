using System;
using System.IO;
using System.Linq;
using System.Threading;

namespace ApsFetch.Tests
{
    internal static class JobTests
    {
        private static readonly Sandbox Aps = Sandbox.Shared;

        public static void Polled()
        {
            using (var client = Aps.Client())
            using (var job = client.Start(new[] { new ObjectRequest(Sandbox.Bucket, "odd.bin") { MaxMemoryBytes = 1 << 20 } }))
            {
                Check.Equal(1, job.Count);
                Check.True(job.Wait(Timeout.InfiniteTimeSpan), "the end");
                Check.True(job.Wait(TimeSpan.Zero), "still the end");
                Check.Equal(JobState.Finished, job.GetProgress().State);
                Check.Equal(12345, job.GetResult(0).Data.Length);
                Check.Equal(12345L, job.GetResults()[0].Bytes);
                Check.Throws<ArgumentOutOfRangeException>(() => job.GetResult(1));
                Check.Throws<ArgumentOutOfRangeException>(() => job.GetResult(-1));
            }
        }

        public static void AFileThatIsDoneBelongsToTheHost()
        {
            using (var client = Aps.Client())
            using (var folder = new TemporaryFolder())
            using (var job = client.Start(new[] { new ObjectRequest(Sandbox.Bucket, "odd.bin", folder["odd.bin"]) }))
            {
                Check.True(job.Wait(TimeSpan.FromSeconds(30)), "the end");
                // While the job is still there, as a CAD program opens it: for itself alone.
                using (File.Open(folder["odd.bin"], FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                {
                }
            }
        }

        public static void NotOverYet()
        {
            using (var client = Aps.Client())
            using (Aps.Fault("pending.bin", "{\"kind\":\"hang\"}", ",\"origin\":\"s3\""))
            {
                var request = Aps.AddObject("pending.bin", "{\"text\":\"x\"}");
                request.MaxMemoryBytes = 10;
                using (var job = client.Start(new[] { request }))
                {
                    Check.True(!job.Wait(TimeSpan.FromMilliseconds(1)), "not over");
                    Check.Equal(null, job.GetResult(0));
                    Check.Throws<InvalidOperationException>(() => job.GetResults());
                    job.Cancel();
                    Check.True(job.Wait(TimeSpan.FromSeconds(30)), "the end");
                    Check.Equal(ApsStatus.Cancelled, job.GetResults()[0].Error.Status);
                    Check.Throws<OperationCanceledException>(() => job.GetResults()[0].EnsureSuccess());
                }
            }
        }

        public static void WithoutRequests()
        {
            using (var client = Aps.Client())
            {
                Check.Equal(0, client.Download(Enumerable.Empty<ApsRequest>()).Count);
                Check.Equal(0, client.Sign(Enumerable.Empty<ApsRequest>()).Count);
            }
        }

        public static void DisposedClient()
        {
            var client = Aps.Client();
            var request = Aps.AddObject("disposed.bin", "{\"text\":\"x\"}");
            request.MaxMemoryBytes = 10;
            using (Aps.Fault("disposed.bin", "{\"kind\":\"hang\"}", ",\"origin\":\"s3\""))
            {
                var task = client.DownloadAsync(request);
                client.Dispose();
                client.Dispose();
                Check.Throws<OperationCanceledException>(() => Check.Result(task));
            }
            Check.Throws<ObjectDisposedException>(() => client.Download(request));
            Check.Throws<ObjectDisposedException>(() => client.Sign(new[] { request }));
            Check.Throws<ObjectDisposedException>(() => client.SetAccessToken("x"));
        }

        public static void NobodyDisposesAnything()
        {
            for (var i = 0; i < 5; i++)
            {
                Abandon();
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }

        private static void Abandon()
        {
            var client = Aps.Client();
            client.Start(new[] { new ObjectRequest(Sandbox.Bucket, "odd.bin") { MaxMemoryBytes = 1 << 20 } });
        }
    }
}
