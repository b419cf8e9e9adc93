using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;

namespace ApsFetch.Tests
{
    /// <summary>Whole designs and prefixes into folders.</summary>
    internal static class FolderTests
    {
        private static readonly Sandbox Aps = Sandbox.Shared;

        /// <summary>A bucket with "in/a.txt", "in/deep/b ä.txt" and "out-BUCKET.txt": faults of S3 go by the key.</summary>
        private static void AddBucket(string bucket)
        {
            Aps.Post("buckets", "{\"bucket\":\"" + bucket + "\"}");
            foreach (var key in new[] { "in/a.txt", "in/deep/b ä.txt", "out-" + bucket + ".txt" })
            {
                Aps.Post("objects", "{\"bucket\":\"" + bucket + "\",\"key\":\"" + key + "\",\"content\":{\"text\":\"" + key + "\"}}");
            }
        }

        public static void PrefixIntoAFolderTwice()
        {
            AddBucket("folder-bucket");
            var filter = new ObjectFilter { Prefix = "in/", StripPrefix = true };
            using (var client = Aps.Client())
            using (var folder = new TemporaryFolder("drawings ä 图"))
            {
                var told = 0;
                var outcome = client.DownloadObjects("folder-bucket", folder.Folder, filter, new Listener(now => told++)).EnsureSuccess();
                Check.True(told > 0, "progress");
                Check.Equal(2, outcome.Count(FileStatus.Downloaded));
                Check.Equal(2, outcome.Files.Count);
                Check.Equal("in/deep/b ä.txt", File.ReadAllText(Path.Combine(folder["deep"], "b ä.txt")));
                var file = outcome.Files.Single(one => one.Id == "in/a.txt");
                Check.Equal(folder["a.txt"], file.Path);
                Check.Equal(8L, file.Bytes);
                Check.Equal(40, file.Sha1.Length);
                Check.True(File.Exists(outcome.Listing), "a listing");
                Check.Equal(folder.Folder, outcome.Folder);

                var again = Check.Result(client.DownloadObjectsAsync("folder-bucket", folder.Folder, filter));
                Check.Equal(2, again.Count(FileStatus.Unchanged));
                Check.True(again.IsSuccess, "success");
            }
        }

        public static void PlanJobAndRecord()
        {
            AddBucket("plan-bucket");
            using (var client = Aps.Client())
            using (var folder = new TemporaryFolder())
            using (var plan = Check.Result(client.PlanObjectsAsync("plan-bucket", folder.Folder)))
            {
                Check.Equal(folder.Folder, plan.Folder);
                Check.Equal("in/a.txt in/deep/b ä.txt out-plan-bucket.txt", string.Join(" ", plan.Files.Select(file => file.RelativePath).OrderBy(path => path, StringComparer.Ordinal)));
                Check.True(plan.Files.All(file => file.Status == FileStatus.Planned && file.Error == null && file.Size > 0), "all planned");
                using (var job = client.Start(plan))
                {
                    Check.True(job.Wait(TimeSpan.FromSeconds(30)), "the end");
                    var index = plan.Files.Single(file => file.Id == "out-plan-bucket.txt").JobIndex.Value;
                    Check.Equal(folder["out-plan-bucket.txt"], job.GetResult(index).Path);
                    Check.Equal(null, job.GetResult(index).Request);
                    var item = job.GetItemProgress(index);
                    Check.Equal("19 19 True", $"{item.BytesDone} {item.BytesTotal} {item.IsFinished}");
                    Check.Throws<ArgumentOutOfRangeException>(() => job.GetItemProgress(3));
                    Check.Equal(3, plan.Record(job).Count(FileStatus.Downloaded));
                }
            }
        }

        public static void DesignIntoAFolder()
        {
            var filter = new DesignFilter { OutputTypes = { "thumbnail", "ifc" } };
            using (var client = Aps.Client())
            using (var folder = new TemporaryFolder())
            {
                var outcome = Check.Result(client.DownloadDesignAsync(Aps.Design, folder.Folder, filter)).EnsureSuccess();
                Check.True(outcome.Count(FileStatus.Downloaded) > 0, "files");
                Check.True(outcome.Files.Where(file => file.Status == FileStatus.Downloaded).All(file => new FileInfo(file.Path).Length == file.Bytes), "as long as said");
                Check.True(outcome.Files.All(file => !file.Id.EndsWith("house.obj", StringComparison.Ordinal)), "no more than the filter lets through");
                Check.Throws<ArgumentNullException>(() => client.DownloadDesign(Aps.Design, folder.Folder, new DesignFilter { Roles = { null } }));
            }
        }

        public static void DesignsThatAreNotDone()
        {
            using (var client = Aps.Client())
            using (var folder = new TemporaryFolder())
            {
                var busy = Design("busy.rvt", "{\"state\":\"in_progress\"}");
                Check.Throws<ApsNotReadyException>(() => client.DownloadDesign(busy, folder.Folder));
                var broken = Aps.DesignNamed("broken.rvt");
                var error = Check.Throws<ApsHttpException>(() => client.DownloadDesign(broken, folder.Folder));
                Check.Equal(ApsStatus.Refused, error.Status);
                Check.Contains(client.GetManifest(broken).FirstError.Text, error.Message);
            }
        }

        private static string Design(string name, string state)
        {
            var answer = Aps.Post("designs", "{\"urn\":\"urn:adsk.objects:os.object:folders/" + name + "\",\"state\":" + state + "}");
            return Regex.Match(answer, "\"urn\":\\s*\"([^\"]+)\"").Groups[1].Value;
        }

        public static void OneFailureIsToldWithItsFile()
        {
            AddBucket("half-bucket");
            using (var client = Aps.Client())
            using (var folder = new TemporaryFolder())
            using (Aps.Fault("out-half-bucket.txt", "{\"kind\":\"status\",\"status\":404}", ",\"origin\":\"s3\""))
            {
                var outcome = client.DownloadObjects("half-bucket", folder.Folder);
                Check.Equal(2, outcome.Count(FileStatus.Downloaded));
                var failed = outcome.Files.Single(file => file.Status == FileStatus.Failed);
                Check.Equal("out-half-bucket.txt", failed.Id);
                Check.Throws<ApsNotFoundException>(() => outcome.EnsureSuccess());
                Check.True(!outcome.IsSuccess, "a failure");
            }
        }

        public static void CancelledAndGoneOnWith()
        {
            AddBucket("stopped-bucket");
            using (var client = Aps.Client())
            using (var folder = new TemporaryFolder())
            using (var source = new CancellationTokenSource())
            {
                using (Aps.Fault("out-stopped-bucket.txt", "{\"kind\":\"hang\"}", ",\"origin\":\"s3\""))
                {
                    var progress = new Listener(now =>
                    {
                        if (now.ItemsFinished == 2)
                        {
                            source.Cancel();
                        }
                    });
                    Check.Cancelled(() => Check.Result(client.DownloadObjectsAsync("stopped-bucket", folder.Folder, null, progress, source.Token)));
                }
                // The two that were complete had been noted.
                var outcome = client.DownloadObjects("stopped-bucket", folder.Folder);
                Check.Equal(2, outcome.Count(FileStatus.Unchanged));
                Check.Equal(1, outcome.Count(FileStatus.Downloaded));
            }
        }
    }
}
