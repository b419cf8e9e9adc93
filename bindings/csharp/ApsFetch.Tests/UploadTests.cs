using System;
using System.IO;
using System.Threading;

namespace ApsFetch.Tests
{
    internal static class UploadTests
    {
        private static readonly Sandbox Aps = Sandbox.Shared;

        private static ApsClient Client()
        {
            var options = Aps.Options();
            options.Scopes = "data:read data:write";
            return new ApsClient(options);
        }

        public static void AsAnObjectAndBack()
        {
            using (var client = Client())
            using (var folder = new TemporaryFolder("zeichnungen ä 图"))
            {
                File.WriteAllText(folder["plan ö.txt"], "the plan");
                var options = new UploadOptions { ContentType = "text/plain", SingleUse = true, MinutesExpiration = 5 };
                var result = client.UploadObject(Sandbox.Bucket, "up/plan +ö.txt", folder["plan ö.txt"], options);
                Check.Equal(8L, result.Bytes);
                Check.True(result.HttpStatus >= 200 && result.HttpStatus <= 299, "stored");
                Check.Equal("up/plan +ö.txt", result.ObjectKey);
                Check.Contains("os.object:" + Sandbox.Bucket, result.ObjectId);
                var back = client.Download(new ObjectRequest(Sandbox.Bucket, "up/plan +ö.txt", folder["back.txt"]));
                Check.Equal("the plan", File.ReadAllText(back.Path));
                Check.Equal(result.Sha1, back.Sha1);
            }
        }

        public static void ToAUrlWithoutAToken()
        {
            using (var client = Client())
            using (var stranger = new ApsClient(Aps.OptionsWithoutToken()))
            using (var folder = new TemporaryFolder())
            {
                File.WriteAllText(folder["notes.txt"], "notes");
                var url = client.CreateSignedUrl(Sandbox.Bucket, "up/notes.txt", UrlAccess.ReadWrite);
                Check.Equal(5L, Check.Result(stranger.UploadAsync(url.Url, folder["notes.txt"])).Bytes);
                Check.Equal(5L, stranger.Download(new UrlRequest(url.Url) { MaxMemoryBytes = 100 }).Bytes);
            }
        }

        public static void ARefusedUrlIsNoMatterOfTheToken()
        {
            var options = Aps.OptionsWithoutToken();
            options.TokenProvider = () => throw new InvalidOperationException("nobody needs a token here");
            using (var writer = Client())
            using (var client = new ApsClient(options))
            using (var folder = new TemporaryFolder())
            {
                File.WriteAllText(folder["x.txt"], "x");
                var url = writer.CreateSignedUrl(Sandbox.Bucket, "up/refused.txt", UrlAccess.Write).Url;
                using (Aps.Fault(new Uri(url).AbsolutePath, "{\"kind\":\"status\",\"status\":401}"))
                {
                    Check.Throws<ApsAuthException>(() => client.Upload(url, folder["x.txt"]));
                }
            }
        }

        public static void NoSuchFile()
        {
            using (var client = Client())
            using (var folder = new TemporaryFolder())
            {
                Check.Throws<ApsFileException>(() => client.UploadObject(Sandbox.Bucket, "up/no", folder["nothing"]));
                Check.Throws<ArgumentNullException>(() => client.Upload("http://127.0.0.1/", null));
            }
        }

        public static void Cancel()
        {
            using (var client = Client())
            using (var folder = new TemporaryFolder())
            using (var source = new CancellationTokenSource())
            {
                File.WriteAllText(folder["hangs.txt"], "hangs");
                var url = client.CreateSignedUrl(Sandbox.Bucket, "up/hangs.txt", UrlAccess.Write).Url;
                var path = new Uri(url).AbsolutePath;
                using (Aps.Fault(path, "{\"kind\":\"hang\"}"))
                {
                    var task = client.UploadAsync(url, folder["hangs.txt"], null, null, source.Token);
                    Aps.WaitForRequest(path);
                    source.Cancel();
                    Check.Cancelled(() => Check.Result(task));
                }
            }
        }
    }
}
