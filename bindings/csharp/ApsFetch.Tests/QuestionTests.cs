using System;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading;

namespace ApsFetch.Tests
{
    /// <summary>What is asked without downloading: details, signed URLs, listings, objects.</summary>
    internal static class QuestionTests
    {
        private static readonly Sandbox Aps = Sandbox.Shared;

        private static ApsClient Client(string scopes = "data:read")
        {
            var options = Aps.Options();
            options.Scopes = scopes;
            return new ApsClient(options);
        }

        public static void DetailsOfADerivative()
        {
            using (var client = Client())
            {
                var details = client.GetDetails(new DerivativeRequest(Aps.Design, Aps.Derivative("house.obj")));
                Check.Equal(256L << 20, details.Size);
                Check.True(!string.IsNullOrEmpty(details.ContentType), "a media type");
                var missing = new DerivativeRequest(Aps.Design, "urn:adsk.viewing:fs.file:x/nothing.obj");
                Check.Throws<ApsNotFoundException>(() => Check.Result(client.GetDetailsAsync(missing)));
            }
        }

        public static void DetailsAreWaitedFor()
        {
            const string Late = "urn:adsk.viewing:fs.file:late/late.obj";
            Aps.Post("derivatives", "{\"design\":\"" + Aps.Design + "\",\"derivative\":\"" + Late +
                "\",\"content\":{\"text\":\"late\"},\"state\":{\"state\":\"polls\",\"polls\":1}}");
            var late = new DerivativeRequest(Aps.Design, Late);
            using (var client = Client())
            {
                Check.Equal(4L, client.GetDetails(late, TimeSpan.FromSeconds(60)).Size);
            }
        }

        public static void DetailsThatNeverComeAreCancelled()
        {
            const string Never = "urn:adsk.viewing:fs.file:never/never.obj";
            Aps.Post("derivatives", "{\"design\":\"" + Aps.Design + "\",\"derivative\":\"" + Never +
                "\",\"content\":{\"text\":\"never\"},\"state\":{\"state\":\"in_progress\"}}");
            var never = new DerivativeRequest(Aps.Design, Never);
            using (var client = Client())
            using (var source = new CancellationTokenSource())
            {
                Check.Throws<ApsNotReadyException>(() => client.GetDetails(never));
                var task = client.GetDetailsAsync(never, Timeout.InfiniteTimeSpan, source.Token);
                source.Cancel();
                Check.Cancelled(() => Check.Result(task));
            }
        }

        public static void SignedUrlForSomebodyElse()
        {
            using (var client = Client("data:read data:write"))
            using (var stranger = new ApsClient(Aps.OptionsWithoutToken()))
            {
                var url = client.CreateSignedUrl(Sandbox.Bucket, "odd.bin", minutesExpiration: 5, singleUse: true);
                Check.True(url.SingleUse, "single use");
                Check.True(url.ExpiresAt > DateTimeOffset.UtcNow && url.ExpiresAt < DateTimeOffset.UtcNow.AddMinutes(6), "five minutes");
                var result = stranger.Download(new UrlRequest(url.Url) { MaxMemoryBytes = 1 << 20, SingleUse = true });
                Check.Equal(12345L, result.Bytes);
                Check.Throws<ArgumentOutOfRangeException>(() => client.CreateSignedUrl("b", "k", minutesExpiration: 0));
            }
            using (var client = Client())
            {
                Check.Equal(ApsStatus.Forbidden, Check.Throws<ApsAuthException>(
                    () => Check.Result(client.CreateSignedUrlAsync(Sandbox.Bucket, "odd.bin", UrlAccess.Write))).Status);
            }
        }

        public static void ObjectsOfABucket()
        {
            Aps.Post("buckets", "{\"bucket\":\"listed-bucket\"}");
            foreach (var key in new[] { "a/1", "a/2 +ä", "a/3", "b/1" })
            {
                Aps.Post("objects", "{\"bucket\":\"listed-bucket\",\"key\":\"" + key + "\",\"content\":{\"text\":\"" + key + "\"}}");
            }
            using (var client = Client())
            {
                var all = client.ListObjects("listed-bucket");
                Check.Equal("a/1 a/2 +ä a/3 b/1", string.Join(" ", all.Select(item => item.ObjectKey).OrderBy(key => key, StringComparer.Ordinal)));
                var options = new ListOptions { BeginsWith = "a/", StartAt = "a/1", MaxObjects = 1 };
                var one = Check.Result(client.ListObjectsAsync("listed-bucket", options)).Single();
                Check.Equal("a/2 +ä", one.ObjectKey);
                Check.Equal("listed-bucket", one.BucketKey);
                Check.Equal(7L, one.Size);
                Check.Contains("os.object:listed-bucket/", one.ObjectId);
                Check.Equal(7L, client.Download(WithMemory(one)).Bytes);
            }
        }

        private static ApsRequest WithMemory(ObjectInfo item)
        {
            var request = item.ToRequest();
            request.MaxMemoryBytes = 100;
            return request;
        }

        public static void PageByPage()
        {
            Aps.Post("buckets", "{\"bucket\":\"paged-bucket\"}");
            for (var i = 0; i < 5; i++)
            {
                Aps.Post("objects", "{\"bucket\":\"paged-bucket\",\"key\":\"k" + i + "\",\"content\":{\"text\":\"x\"}}");
            }
            var options = new ListOptions { Limit = 2 };
            using (var client = Client())
            {
                var keys = "";
                var pages = 0;
                var page = client.ListObjectsPage("paged-bucket", options);
                for (; ; pages++)
                {
                    keys += string.Concat(page.Objects.Select(item => item.ObjectKey));
                    if (page.Next == null)
                    {
                        break;
                    }
                    page = Check.Result(client.ListObjectsPageAsync("paged-bucket", options, page.Next));
                }
                Check.Equal("k0k1k2k3k4", keys);
                Check.Equal(2, pages, "next pages");
            }
        }

        public static void DetailsOfAnObject()
        {
            using (var client = Client())
            {
                var odd = client.GetObjectDetails(Sandbox.Bucket, "odd.bin");
                Check.Equal("odd.bin", odd.ObjectKey);
                Check.Equal(12345L, odd.Size);
                Check.True(Regex.IsMatch(odd.Sha1, "^[0-9a-f]{40}$"), "a SHA-1");
                Check.Throws<ApsNotFoundException>(() => Check.Result(client.GetObjectDetailsAsync(Sandbox.Bucket, "nothing")));
            }
        }

        public static void QuestionsAskTheProvider()
        {
            var calls = 0;
            var options = Aps.OptionsWithoutToken();
            options.TokenProvider = () => System.Threading.Tasks.Task.FromResult(calls++ == 0 ? "worthless" : Aps.Token());
            using (var client = new ApsClient(options))
            {
                Check.Throws<ApsAuthException>(() => client.GetManifest(Aps.Design));
                Check.Equal(TranslationStatus.Success, client.GetManifest(Aps.Design).Status);
                Check.Equal(2, calls, "calls of the provider");
            }
        }
    }
}
