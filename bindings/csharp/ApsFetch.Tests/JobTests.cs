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
            Disposed(client, () => client.Download(request));
            Disposed(client, () => client.Sign(new[] { request }));
            Disposed(client, () => client.SetAccessToken("x"));
        }

        public static void TheOneThatIsDisposedIsNamed()
        {
            using (var client = Aps.Client())
            using (var folder = new TemporaryFolder())
            {
                var job = client.Start(new[] { new ObjectRequest(Sandbox.Bucket, "one.bin") { MaxMemoryBytes = 1 } });
                job.Dispose();
                Disposed(job, () => job.GetProgress());
                Disposed(job, () => job.Wait(TimeSpan.Zero));
                Disposed(job, job.Cancel);

                File.WriteAllText(folder["one.txt"], "1");
                var upload = client.StartUploadObject(Sandbox.Bucket, "up/one.txt", folder["one.txt"]);
                upload.Dispose();
                Disposed(upload, () => upload.GetResult());

                var watch = client.WatchManifest(Aps.Design);
                watch.Dispose();
                Disposed(watch, () => watch.GetLatest());

                var plan = client.PlanObjects(Sandbox.Bucket, folder.Folder, new ObjectFilter { Prefix = "one" });
                plan.Dispose();
                Disposed(plan, () => client.Start(plan));

                var login = client.StartLogin(new LoginOptions { ClientId = Aps.PublicClientId, Scopes = "data:read" });
                login.Dispose();
                Disposed(login, () => login.Wait(TimeSpan.Zero));
            }
        }

        private static void Disposed(object what, Action use)
        {
            Check.Equal(what.GetType().FullName, Check.Throws<ObjectDisposedException>(use).ObjectName);
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
