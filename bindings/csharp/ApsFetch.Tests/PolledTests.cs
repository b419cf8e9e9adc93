using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;

namespace ApsFetch.Tests
{
    /// <summary>Progress of uploads, waits and single files; the access token; bytes in memory.</summary>
    internal static class PolledTests
    {
        private const int Size = 3000003;

        private static readonly Sandbox Aps = Sandbox.Shared;

        private static ApsClient Client()
        {
            var options = Aps.Options();
            options.Scopes = "data:read data:write viewables:read";
            return new ApsClient(options);
        }

        private static string Design(string name, string state)
        {
            var answer = Aps.Post("designs", "{\"urn\":\"urn:adsk.objects:os.object:polled/" + name + "\",\"state\":" + state + "}");
            return Regex.Match(answer, "\"urn\":\\s*\"([^\"]+)\"").Groups[1].Value;
        }

        public static void UploadTellsItsProgress()
        {
            using (var client = Client())
            using (var folder = new TemporaryFolder())
            {
                File.WriteAllBytes(folder["a.dwg"], new byte[Size]);
                var seen = new List<UploadProgress>();
                var threads = new HashSet<int>();
                var progress = new Listener<UploadProgress>(now =>
                {
                    seen.Add(now);
                    threads.Add(Thread.CurrentThread.ManagedThreadId);
                });
                var stored = client.UploadObject(Sandbox.Bucket, "polled/a.dwg", folder["a.dwg"], null, progress);
                Check.Equal((long)Size, stored.Bytes);
                Check.Equal(Thread.CurrentThread.ManagedThreadId, threads.Single());
                Check.True(seen.All(now => now.BytesTotal == Size), "the size from the first report on");
                Check.True(seen.Zip(seen.Skip(1), (a, b) => a.BytesSent <= b.BytesSent).All(rises => rises), "never less");
                Check.Equal((long)Size, seen.Last().BytesSent);
                Check.Equal(JobState.Finished, seen.Last().State);
                Check.Contains("3000003 of 3000003", seen.Last().ToString());

                seen.Clear();
                stored = Check.Result(client.UploadObjectAsync(Sandbox.Bucket, "polled/b.dwg", folder["a.dwg"], null, progress));
                Check.Equal((long)Size, seen.Last().BytesSent);
            }
        }

        public static void WhatTheProgressThrowsEndsTheUpload()
        {
            using (var client = Client())
            using (var folder = new TemporaryFolder())
            {
                File.WriteAllText(folder["x.txt"], "x");
                var throws = new Listener<UploadProgress>(now => throw new FormatException("enough"));
                // While the URL is signed, and while the file is sent.
                using (Aps.Fault("polled-signing", "{\"kind\":\"hang\"}"))
                {
                    Check.Throws<FormatException>(() => client.UploadObject(Sandbox.Bucket, "polled-signing", folder["x.txt"], null, throws));
                    Check.Throws<FormatException>(
                        () => Check.Result(client.UploadObjectAsync(Sandbox.Bucket, "polled-signing", folder["x.txt"], null, throws)));
                }
                var url = client.CreateSignedUrl(Sandbox.Bucket, "polled-sending", UrlAccess.Write).Url;
                using (Aps.Fault(new Uri(url).AbsolutePath, "{\"kind\":\"hang\"}"))
                {
                    Check.Throws<FormatException>(() => client.Upload(url, folder["x.txt"], null, throws));
                }
            }
        }

        public static void UploadsCanBePolled()
        {
            using (var client = Client())
            using (var folder = new TemporaryFolder())
            {
                File.WriteAllText(folder["x.txt"], "x");
                using (Aps.Fault("polled-job", "{\"kind\":\"hang\"}"))
                using (var job = client.StartUploadObject(Sandbox.Bucket, "polled-job", folder["x.txt"]))
                {
                    Check.True(!job.Wait(TimeSpan.FromMilliseconds(30)), "not over");
                    Check.Throws<InvalidOperationException>(() => job.GetResult());
                    Check.Equal(JobState.Running, job.GetProgress().State);
                    job.Cancel();
                    Check.True(job.Wait(Timeout.InfiniteTimeSpan), "over");
                    Check.Equal(ApsStatus.Cancelled, Check.Throws<ApsException>(() => job.GetResult()).Status);
                }
                ApsUploadJob done;
                using (done = client.StartUploadObject(Sandbox.Bucket, "polled/job.txt", folder["x.txt"]))
                {
                    Check.True(done.Wait(TimeSpan.FromSeconds(60)), "over");
                    Check.Equal(1L, done.GetResult().Bytes);
                }
                Check.Throws<ObjectDisposedException>(() => done.GetProgress());
            }
        }

        public static void UploadsAskTheProvider()
        {
            var calls = 0;
            var options = Aps.OptionsWithoutToken();
            options.TokenProvider = () => Task.FromResult(++calls == 1 ? "worthless" : Aps.Token("data:read data:write"));
            using (var client = new ApsClient(options))
            using (var folder = new TemporaryFolder())
            {
                File.WriteAllText(folder["x.txt"], "x");
                Check.Equal(1L, client.UploadObject(Sandbox.Bucket, "polled/provided.txt", folder["x.txt"]).Bytes);
                Check.Equal(2, calls, "calls of the provider");
            }
        }

        public static void TranslationsCanBePolled()
        {
            using (var client = Client())
            {
                using (var watch = client.WatchManifest(Design("never.rvt", "{\"state\":\"in_progress\"}")))
                {
                    while (watch.GetLatest() == null)
                    {
                        Check.True(!watch.Wait(TimeSpan.FromMilliseconds(10)), "not over");
                    }
                    Check.Equal(TranslationStatus.InProgress, watch.GetLatest().Status);
                    Check.True(watch.Count > 0 && watch.State == JobState.Running, "one manifest");
                    Check.Throws<InvalidOperationException>(() => watch.GetResult());
                    watch.Cancel();
                    Check.True(watch.Wait(Timeout.InfiniteTimeSpan), "over");
                    Check.Equal(ApsStatus.Cancelled, Check.Throws<ApsException>(() => watch.GetResult()).Status);
                }
                using (var watch = client.WatchManifest(Design("done.rvt", "{\"state\":\"ready\"}")))
                {
                    Check.True(watch.Wait(TimeSpan.FromSeconds(60)), "over");
                    Check.Equal(TranslationStatus.Success, watch.GetResult().Status);
                }
            }
        }

        public static void DisposingTheClientEndsUploadsAndWaits()
        {
            var never = Design("never.rvt", "{\"state\":\"in_progress\"}");
            var client = Client();
            var wait = client.WaitForManifestAsync(never);
            var watch = client.WatchManifest(never);
            client.Dispose();
            Check.Cancelled(() => Check.Result(wait));
            Check.True(watch.Wait(TimeSpan.FromSeconds(60)), "over");
            watch.Dispose();
            Check.Throws<ObjectDisposedException>(() => client.WatchManifest(never));
            Check.Throws<ObjectDisposedException>(() => client.GetAccessToken());
        }

        public static void EachFileTellsItsProgress()
        {
            using (var client = Client())
            {
                var requests = new ApsRequest[]
                {
                    new ObjectRequest(Sandbox.Bucket, "odd.bin") { MaxMemoryBytes = 1 << 20 },
                    new ObjectRequest(Sandbox.Bucket, "no such object") { MaxMemoryBytes = 1 << 20 },
                    new ObjectRequest(Sandbox.Bucket, "a+b.bin") { MaxMemoryBytes = 1 << 28 }
                };
                var seen = new List<ItemProgress>();
                var progress = new Listener<ItemProgress>(seen.Add);
                Check.Equal(3, client.Download(requests, null, progress).Count);
                for (var i = 0; i < requests.Length; i++)
                {
                    var mine = seen.Where(now => now.Index == i).ToList();
                    Check.Equal(1, mine.Count(now => now.IsFinished), "one end for each");
                    Check.True(mine.Last().IsFinished, "the end comes last");
                    Check.True(mine.All(now => now.Request == requests[i]), "the request");
                }
                Check.Equal(12345L, seen.Last(now => now.Index == 0).BytesDone);

                seen.Clear();
                var sums = 0;
                var sum = new Listener(now => sums++);
                Check.Equal(3, Check.Result(client.DownloadAsync(requests, sum, progress)).Count);
                Check.True(seen.Count(now => now.IsFinished) == 3 && sums > 0, "both are told");
                var throws = new Listener<ItemProgress>(now => throw new FormatException("enough"));
                Check.Throws<FormatException>(() => client.Download(requests, null, throws));
            }
        }

        public static void AccessTokenForOthers()
        {
            using (var client = Client())
            {
                var token = Check.Result(client.GetAccessTokenAsync());
                Check.True(token.ExpiresIn > TimeSpan.FromMinutes(1), "good for a while");
                Check.True(!token.ToString().Contains(token.Token), "no secret in the text");
                Check.Equal(token.Token, client.GetAccessToken().Token, "the same token");
                var options = Aps.OptionsWithoutToken();
                options.AccessToken = token.Token;
                using (var other = new ApsClient(options))
                {
                    Check.Equal(null, other.GetAccessToken().ExpiresIn);
                    Check.Equal(12345, other.ReadBytes(new ObjectRequest(Sandbox.Bucket, "odd.bin")).Length);
                }
            }
            using (var client = new ApsClient(Aps.OptionsWithoutToken()))
            using (var source = new CancellationTokenSource())
            {
                Check.Throws<ApsAuthException>(() => client.GetAccessToken());
                source.Cancel();
                Check.Throws<OperationCanceledException>(() => client.GetAccessToken(source.Token));
            }
            var provided = Aps.OptionsWithoutToken();
            provided.TokenProvider = () => Task.FromResult("from-the-provider");
            using (var client = new ApsClient(provided))
            {
                Check.Equal("from-the-provider", client.GetAccessToken().Token);
            }
        }

        public static void BytesInMemory()
        {
            using (var client = Client())
            {
                var request = new ObjectRequest(Sandbox.Bucket, "notes.txt", "not used") { Resume = true };
                Check.Equal("A text, for the eye.\n", System.Text.Encoding.UTF8.GetString(client.ReadBytes(request)));
                Check.True(request.Path == "not used" && request.MaxMemoryBytes == null, "the request is as it was");
                using (var stream = Check.Result(client.OpenReadAsync(request)))
                using (var reader = new StreamReader(stream))
                {
                    Check.True(!stream.CanWrite, "to read only");
                    Check.Equal("A text, for the eye.", reader.ReadLine());
                }
                Check.Equal(ApsStatus.Resource, Check.Throws<ApsException>(
                    () => client.ReadBytes(new ObjectRequest(Sandbox.Bucket, "notes.txt") { MaxMemoryBytes = 3 })).Status);
                Check.Throws<ArgumentNullException>(() => client.ReadBytes(null));
                Check.Throws<ApsArgumentException>(() => client.OpenRead(new UrlRequest("no address")));
            }
        }
    }
}
