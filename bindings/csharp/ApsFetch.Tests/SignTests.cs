using System;
using System.Linq;
using System.Threading;

namespace ApsFetch.Tests
{
    internal static class SignTests
    {
        private static readonly Sandbox Aps = Sandbox.Shared;

        public static void EveryKind()
        {
            using (var client = Aps.Client())
            {
                var etag = client.Download(new ObjectRequest(Sandbox.Bucket, "one.bin") { MaxMemoryBytes = 10 }).ETag;
                var items = Check.Result(client.SignAsync(new ApsRequest[]
                {
                    new DerivativeRequest(Aps.Design, Aps.Derivative("house.mtl")),
                    new ObjectRequest(Sandbox.Bucket, "odd.bin"),
                    new ObjectRequest(Sandbox.Bucket, "unmerged.bin"),
                    new ObjectRequest(Sandbox.Bucket, "one.bin") { IfNoneMatch = etag },
                    new ObjectRequest("no-such-bucket", "missing.bin"),
                    new ObjectRequest("no-such-bucket", "missing.bin") { Signing = Signing.SignedS3Download }
                }));
                Check.Equal("Complete Complete Chunked Skipped Error Failed", string.Join(" ", items.Select(item => item.Status)));

                var derivative = items[0].EnsureSuccess();
                Check.Equal(3, derivative.Cookies.Count);
                Check.True(derivative.Cookies.Any(cookie => cookie.Key == "CloudFront-Policy"), "the policy");
                Check.Contains(derivative.Cookies[0].Key + "=" + derivative.Cookies[0].Value, derivative.CookieHeader);
                Check.True(derivative.Size > 0, "a size");
                Check.True(derivative.ExpiresAt > DateTimeOffset.UtcNow, "expiry in the future");

                Check.Equal(12345L, items[1].Size);
                Check.Equal(0, items[1].Cookies.Count);
                Check.Equal(null, items[1].CookieHeader);
                Check.True(!items[1].SingleUse, "not for one use");

                var chunks = items[2].Chunks;
                Check.Equal(2, chunks.Count);
                Check.Equal(0L, chunks[0].Start);
                Check.Equal(chunks[0].End, chunks[1].Start);
                Check.Equal(items[2].Size, chunks[1].End);
                Check.True(chunks.All(chunk => chunk.Url.StartsWith("http", StringComparison.Ordinal)), "URLs");
                Check.Equal(null, items[2].Url);

                Check.Equal(null, items[3].Url);
                Check.True(!string.IsNullOrEmpty(items[4].Reason), "a reason");
                var refused = Check.Throws<ApsHttpException>(() => items[4].EnsureSuccess());
                Check.Equal(ApsStatus.Refused, refused.Status);
                Check.Contains(items[4].Reason, refused.Message);
                Check.Equal(404, Check.Throws<ApsNotFoundException>(() => items[5].EnsureSuccess()).HttpStatus);
            }
        }

        public static void Cancel()
        {
            var requests = new[] { new ObjectRequest("hanging-bucket", "x") };
            using (var client = Aps.Client())
            using (var source = new CancellationTokenSource())
            using (Aps.Fault("hanging-bucket", "{\"kind\":\"hang\"}"))
            {
                var task = client.SignAsync(requests, source.Token);
                Aps.WaitForRequest("/hanging-bucket/");
                source.Cancel();
                Check.Cancelled(() => Check.Result(task));
                Check.True(task.IsCanceled, "a cancelled task");
                Check.Cancelled(() => client.Sign(requests, source.Token));
                Check.Cancelled(() => Check.Result(client.SignAsync(requests, source.Token)));
            }
        }

        public static void EndsWithTheClient()
        {
            var client = Aps.Client();
            using (Aps.Fault("endless-bucket", "{\"kind\":\"hang\"}"))
            {
                var task = client.SignAsync(new[] { new ObjectRequest("endless-bucket", "x") });
                Aps.WaitForRequest("/endless-bucket/");
                client.Dispose();
                Check.Cancelled(() => Check.Result(task));
            }
        }
    }
}
