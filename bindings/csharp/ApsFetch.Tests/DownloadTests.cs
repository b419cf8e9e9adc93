using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;

namespace ApsFetch.Tests
{
    internal static class DownloadTests
    {
        private static readonly Sandbox Aps = Sandbox.Shared;

        public static void DerivativeObjectAndUrlInOneJob()
        {
            using (var folder = new TemporaryFolder())
            using (var client = Aps.Client())
            {
                var signed = client.Sign(new[] { new ObjectRequest(Sandbox.Bucket, "notes.txt") })[0];
                var results = client.Download(new ApsRequest[]
                {
                    new DerivativeRequest(Aps.Design, Aps.Derivative("house.mtl"), folder["house.mtl"]),
                    new ObjectRequest(Sandbox.Bucket, "odd.bin", folder["odd.bin"]),
                    new UrlRequest(signed.Url, folder["notes.txt"])
                });
                Check.Equal(3, results.Count);
                foreach (var result in results)
                {
                    result.EnsureSuccess();
                    Check.Equal(ItemStatus.Downloaded, result.Status);
                    Check.Equal(result.Request.Path, result.Path);
                    Check.Equal(new FileInfo(result.Path).Length, result.Bytes);
                    Check.True(result.Bytes > 0 && result.Parts > 0, "bytes and parts");
                    Check.True(result.Verification >= Verification.Size, "verified");
                }
                Check.Equal(12345L, results[1].Bytes);
                Check.Equal(results[1].Sha1 == null, results[1].Verification == Verification.Size, "SHA-1 and verification");
            }
        }

        public static void CookiesOfADerivativeAsHeader()
        {
            using (var client = Aps.Client())
            {
                var derivative = new DerivativeRequest(Aps.Design, Aps.Derivative("house.mtl")) { MaxMemoryBytes = 1 << 20 };
                var signed = client.Sign(new[] { derivative })[0];
                var request = new UrlRequest(signed.Url) { MaxMemoryBytes = 1 << 20, Headers = { { "Cookie", signed.CookieHeader } } };
                Check.True(client.Download(request).Data.SequenceEqual(client.Download(derivative).Data), "the same bytes");
            }
        }

        public static void NamesBeyondAscii()
        {
            using (var folder = new TemporaryFolder("Grüße 日本語 🏠"))
            using (var client = Aps.Client())
            {
                var request = new ObjectRequest(Sandbox.Bucket, "Grüße/日本語.bin", folder["ключ 100%.bin"]);
                var result = Check.Result(client.DownloadAsync(request));
                Check.Equal(request.Path, result.Path);
                Check.True(File.Exists(request.Path), "the file");
            }
        }

        public static void IntoMemory()
        {
            using (var client = Aps.Client())
            {
                var request = Aps.AddObject("memory.txt", "{\"text\":\"Grüße\"}");
                request.MaxMemoryBytes = 100;
                var result = client.Download(request);
                Check.Equal("Grüße", Encoding.UTF8.GetString(result.Data));
                Check.Equal(null, result.Path);
                Check.Equal(0, client.Download(new ObjectRequest(Sandbox.Bucket, "empty.bin") { MaxMemoryBytes = 0 }).Data.Length);
                request.MaxMemoryBytes = 3;
                Check.Equal(ApsStatus.Resource, Check.Throws<ApsException>(() => client.Download(request)).Status);
                request.Path = "both.txt";
                Check.Throws<ArgumentException>(() => client.Download(request));
            }
        }

        public static void OneFailureDoesNotStopTheOthers()
        {
            using (var folder = new TemporaryFolder())
            using (var client = Aps.Client())
            {
                var results = Check.Result(client.DownloadAsync(new[]
                {
                    new ObjectRequest(Sandbox.Bucket, "one.bin", folder["one.bin"]),
                    new ObjectRequest("no-such-bucket", "missing.bin", folder["missing.bin"]) { Signing = Signing.SignedS3Download },
                    new ObjectRequest(Sandbox.Bucket, "odd.bin", folder["odd.bin"])
                }));
                Check.Equal("True False True", string.Join(" ", results.Select(result => result.IsSuccess)));
                Check.Equal(ItemStatus.Failed, results[1].Status);
                Check.Equal("missing.bin", ((ObjectRequest)results[1].Request).ObjectKey);
                var error = Check.Throws<ApsNotFoundException>(() => results[1].EnsureSuccess());
                Check.Equal(ApsStatus.NotFound, error.Status);
                Check.Equal(404, error.HttpStatus);
                Check.True(!string.IsNullOrEmpty(error.RequestId), "a request id");
                Check.Equal(null, error.RetryAfter);
            }
        }

        public static void ProgressOnTheCallingThread()
        {
            using (var client = Aps.Client())
            {
                var thread = Thread.CurrentThread.ManagedThreadId;
                var seen = new List<DownloadProgress>();
                var progress = new Listener(now =>
                {
                    Check.Equal(thread, Thread.CurrentThread.ManagedThreadId);
                    seen.Add(now);
                });
                client.Download(new ObjectRequest(Sandbox.Bucket, "odd.bin") { MaxMemoryBytes = 1 << 20 }, progress);
                var last = seen.Last();
                Check.Equal(JobState.Finished, last.State);
                Check.Equal(12345L, last.BytesDone);
                Check.Equal(12345L, last.BytesTotal);
                Check.Equal(1L, last.ItemsFinished);
                Check.Equal(1L, last.ItemsSized);
                Check.Equal(0L, last.ItemsFailed);
            }
        }

        public static void AsyncProgressWhileItRuns()
        {
            using (var folder = new TemporaryFolder())
            using (var client = Aps.Client())
            {
                var running = 0;
                JobState last = 0;
                var progress = new Listener(now =>
                {
                    running += now.State == JobState.Running ? 1 : 0;
                    last = now.State;
                });
                Check.Result(client.DownloadAsync(new ObjectRequest(Sandbox.Bucket, "medium.bin", folder["medium.bin"]), progress));
                Check.True(running > 0, "progress while it runs");
                Check.Equal(JobState.Finished, last);
            }
        }

        public static void WhatProgressThrowsIsThrown()
        {
            using (var folder = new TemporaryFolder())
            using (var client = Aps.Client())
            using (Aps.Fault("thrown.bin", "{\"kind\":\"hang\"}", ",\"origin\":\"s3\""))
            {
                var request = Aps.AddObject("thrown.bin", "{\"text\":\"x\"}", folder["thrown.bin"]);
                var progress = new Listener(now => throw new FormatException("mine"));
                Check.Equal("mine", Check.Throws<FormatException>(() => client.Download(request, progress)).Message);
                Check.Throws<FormatException>(() => Check.Result(client.DownloadAsync(request, progress)));
                Check.Equal(0, Directory.GetFiles(folder.Folder, "thrown.bin").Length);
            }
        }

        public static void Cancel()
        {
            using (var folder = new TemporaryFolder())
            using (var client = Aps.Client())
            using (Aps.Fault("cancel.bin", "{\"kind\":\"hang\"}", ",\"origin\":\"s3\""))
            {
                var request = Aps.AddObject("cancel.bin", "{\"text\":\"x\"}", folder["cancel.bin"]);
                using (var source = new CancellationTokenSource())
                {
                    var progress = new Listener(now => source.Cancel());
                    var error = Check.Throws<OperationCanceledException>(() => client.Download(request, progress, source.Token));
                    Check.Equal(source.Token, error.CancellationToken);
                    Check.Equal(ApsStatus.Cancelled, ((ApsException)error.InnerException).Status);
                }
                using (var source = new CancellationTokenSource())
                {
                    var task = client.DownloadAsync(new[] { request }, new Listener(now => source.Cancel()), source.Token);
                    Check.Throws<OperationCanceledException>(() => Check.Result(task));
                    Check.True(task.IsCanceled, "a cancelled task");
                    Check.True(client.DownloadAsync(request, null, source.Token).IsCanceled, "cancelled before it begins");
                    Check.Throws<OperationCanceledException>(() => client.Download(request, null, source.Token));
                }
                Check.True(!File.Exists(request.Path), "no file");
            }
        }

        public static void WhatACancelledDownloadLeaves()
        {
            using (var folder = new TemporaryFolder())
            using (var client = Aps.Client())
            {
                // It cannot be over when it is cancelled.
                client.SetBandwidthLimit(8 << 20);
                var request = Aps.AddObject("left.bin", "{\"synthetic\":{\"size\":33554432,\"seed\":1}}", folder["left.bin"]);
                foreach (var resume in new[] { true, false })
                {
                    request.Resume = resume;
                    using (var source = new CancellationTokenSource())
                    {
                        var progress = new Listener(now =>
                        {
                            if (now.BytesDone > 2 << 20)
                            {
                                source.Cancel();
                            }
                        });
                        Check.Throws<OperationCanceledException>(() => client.Download(request, progress, source.Token));
                    }
                    Check.Equal(resume ? 2 : 0, Directory.GetFiles(folder.Folder).Length);
                }
            }
        }

        public static void ExistingFiles()
        {
            using (var folder = new TemporaryFolder())
            using (var client = Aps.Client())
            {
                var request = new ObjectRequest(Sandbox.Bucket, "one.bin", folder["one.bin"]);
                File.WriteAllText(request.Path, "mine");
                request.ExistingFile = ExistingFile.Keep;
                Check.Equal(ItemStatus.Kept, client.Download(request).Status);
                request.ExistingFile = ExistingFile.Fail;
                Check.Equal(ApsStatus.FileExists, Check.Throws<ApsFileException>(() => client.Download(request)).Status);
                Check.Equal("mine", File.ReadAllText(request.Path));
                request.ExistingFile = ExistingFile.Replace;
                Check.Equal(1L, client.Download(request).Bytes);
            }
        }

        public static void NotModified()
        {
            using (var client = Aps.Client())
            {
                var request = new ObjectRequest(Sandbox.Bucket, "one.bin") { MaxMemoryBytes = 10 };
                request.IfNoneMatch = client.Download(request).ETag;
                var result = client.Download(request);
                Check.Equal(ItemStatus.NotModified, result.Status);
                Check.Equal(null, result.Data);
                Check.Equal(null, client.ReadBytes(request));
                Check.Equal(null, client.OpenRead(request));
                Check.Equal(null, Check.Result(client.OpenReadAsync(request)));
                request.IfNoneMatch = null;
                request.IfModifiedSince = DateTimeOffset.UtcNow.AddHours(1);
                Check.Equal(ItemStatus.NotModified, client.Download(request).Status);
            }
        }

        public static void DerivativeThatIsThereAlready()
        {
            using (var folder = new TemporaryFolder())
            using (var client = Aps.Client())
            {
                var request = new DerivativeRequest(Aps.Design, Aps.Derivative("house.mtl"), folder["house.mtl"]);
                var first = client.Download(request);
                request.SkipIfETag(first.ETag, first.Bytes);
                Check.Equal(ItemStatus.NotModified, client.Download(request).Status);
                File.Delete(request.Path);
                Check.Equal(ItemStatus.Downloaded, client.Download(request).Status);
            }
        }

        public static void WrongBytes()
        {
            using (var folder = new TemporaryFolder())
            using (var client = Aps.Client())
            {
                var request = new ObjectRequest(Sandbox.Bucket, "one.bin", folder["one.bin"]) { Sha1 = new string('0', 40) };
                Check.Equal(ApsStatus.Integrity, Check.Throws<ApsIntegrityException>(() => client.Download(request)).Status);
                request.Sha1 = null;
                request.Size = 2;
                Check.Equal(ApsStatus.Changed, Check.Throws<ApsIntegrityException>(() => client.Download(request)).Status);
                request.Size = 1;
                client.Download(request);
            }
        }

        public static void NoSuchFolder()
        {
            using (var folder = new TemporaryFolder())
            using (var client = Aps.Client())
            {
                var request = new ObjectRequest(Sandbox.Bucket, "one.bin", folder["no/such/folder.bin"]);
                Check.True(Check.Throws<ApsFileException>(() => client.Download(request)).OsCode != null, "an OS code");
            }
        }

        public static void RateLimited()
        {
            using (var client = Aps.Client())
            {
                var request = new DerivativeRequest(Aps.Design, Aps.Derivative("house.mtl")) { MaxMemoryBytes = 1 << 20 };
                using (Aps.Fault("signedcookies", "{\"kind\":\"status\",\"status\":429,\"headers\":{\"Retry-After\":\"3600\"}}"))
                {
                    var error = Check.Throws<ApsRateLimitedException>(() => client.Download(request));
                    Check.Equal(TimeSpan.FromHours(1), error.RetryAfter);
                    Check.Equal(429, error.HttpStatus);
                }
            }
        }

        public static void EveryOptionOfARequestArrives()
        {
            using (var client = Aps.Client())
            {
                var results = client.Download(new ApsRequest[]
                {
                    new DerivativeRequest(Aps.Design, Aps.Derivative("house.mtl"))
                    {
                        MaxMemoryBytes = 1 << 20, MinutesExpiration = 5, ResponseContentDisposition = "attachment; filename=a"
                    },
                    new DerivativeRequest(Aps.Design, Aps.Derivative("house.mtl")) { MaxMemoryBytes = 1 << 20, DirectDownload = true },
                    new ObjectRequest(Sandbox.Bucket, "one.bin")
                    {
                        MaxMemoryBytes = 10, MinutesExpiration = 7, ResponseContentDisposition = "inline",
                        ResponseContentType = "text/x-mine", ResponseCacheControl = "no-store", Signing = Signing.SignedS3Download
                    },
                    new ObjectRequest(Sandbox.Bucket, "unmerged.bin") { MaxMemoryBytes = int.MaxValue, PublicResourceFallback = true },
                    new ObjectRequest(Sandbox.Bucket, "odd.bin") { MaxMemoryBytes = 1 << 20, UseCdn = true, Signing = Signing.SignedS3Download }
                });
                foreach (var result in results)
                {
                    result.EnsureSuccess();
                }
                Check.Equal("text/x-mine", results[2].ContentType);
                var requests = Aps.Get("requests");
                Check.Contains("minutes-expiration=5", requests);
                Check.Contains("minutesExpiration=7", requests);
                Check.Contains("useCdn=true", requests);
            }
        }

        public static void ManyAtOnceOnOneClient()
        {
            using (var client = Aps.Client())
            {
                var tasks = Enumerable.Range(0, 20)
                    .Select(_ => client.DownloadAsync(new ObjectRequest(Sandbox.Bucket, "odd.bin") { MaxMemoryBytes = 1 << 20 }))
                    .ToArray();
                foreach (var task in tasks)
                {
                    Check.Equal(12345, Check.Result(task).Data.Length);
                }
            }
        }
    }
}
