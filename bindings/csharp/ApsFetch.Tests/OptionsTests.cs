using System;
using System.IO;

namespace ApsFetch.Tests
{
    internal static class OptionsTests
    {
        private static readonly Sandbox Aps = Sandbox.Shared;

        public static void EveryOptionIsTaken()
        {
            var options = Aps.Options();
            options.Region = "EMEA";
            options.EmeaPath = true;
            options.MaxConnections = 4;
            options.PartSize = 65536;
            options.BandwidthLimit = 100000000;
            options.ConnectTimeout = TimeSpan.FromSeconds(10);
            options.ReplyTimeout = TimeSpan.FromSeconds(10);
            options.StallTimeout = TimeSpan.FromSeconds(10);
            options.RetryTimeout = TimeSpan.FromSeconds(20);
            options.TokenWait = TimeSpan.FromSeconds(1);
            options.UserAgent = "ApsFetchTests/1.0";
            using (var client = new ApsClient(options))
            {
                client.Download(new ObjectRequest(Sandbox.Bucket, "odd.bin") { MaxMemoryBytes = 1 << 20 });
                client.SetBandwidthLimit(0);
                Check.Throws<ApsArgumentException>(() => client.SetBandwidthLimit(1023));
                Check.Throws<ArgumentOutOfRangeException>(() => client.SetBandwidthLimit(-1));
                Check.Contains("ApsFetchTests/1.0", Aps.Get("requests"));
            }
        }

        public static void WrongOnesAreRefused()
        {
            Check.Throws<ArgumentNullException>(() => new ApsClient(null));
            Refused<ApsArgumentException>(options => options.BaseUrl = "ftp://nowhere");
            Refused<ApsArgumentException>(options => options.MaxConnections = 257);
            Refused<ApsArgumentException>(options => options.ConnectTimeout = TimeSpan.Zero);
            Refused<ApsArgumentException>(options => options.Proxy = "nonsense://");
            Refused<ArgumentOutOfRangeException>(options => options.MaxConnections = -1);
            Refused<ArgumentOutOfRangeException>(options => options.PartSize = -1);
            Refused<ApsArgumentException>(options => options.BandwidthLimit = 1);
            Refused<ArgumentOutOfRangeException>(options => options.StallTimeout = TimeSpan.FromSeconds(-1));
            Refused<ArgumentOutOfRangeException>(options => options.RetryTimeout = TimeSpan.FromSeconds(-1));
            Refused<ArgumentException>(options => options.UserAgent = "a\0b");
            Refused<ArgumentException>(options => options.Region = "\ud800");
            Refused<ArgumentNullException>(options => options.ClientSecret = null);
            Refused<ArgumentException>(options => options.TokenProvider = () => null);
        }

        public static void WrongRequestsAreRefused()
        {
            using (var client = Aps.Client())
            {
                Check.Throws<ArgumentNullException>(() => client.Download((ApsRequest)null));
                Check.Throws<ArgumentException>(() => client.Download(new ApsRequest[] { null }));
                Check.Throws<ArgumentException>(() => client.Download(new ObjectRequest(Sandbox.Bucket, "a\0b", "x")));
                Check.Throws<ArgumentException>(() => client.Download(new ObjectRequest(Sandbox.Bucket, "a", "x\0y")));
                Check.Throws<ApsArgumentException>(() => client.Download(new ObjectRequest(Sandbox.Bucket, "a")));
                Check.Throws<ApsArgumentException>(() => client.Download(new ObjectRequest(Sandbox.Bucket, "a", "x") { Sha1 = "12" }));
                Check.Throws<ApsArgumentException>(() => client.Download(new UrlRequest("http://example.com/", "x")));
            }
        }

        public static void CertificatesOfAFirm()
        {
            using (var folder = new TemporaryFolder("zertifikate für uns"))
            using (var secure = new Sandbox("--tls"))
            {
                File.Copy(secure.CaFile, folder["ca.pem"]);
                var request = new ObjectRequest(Sandbox.Bucket, "odd.bin") { MaxMemoryBytes = 1 << 20 };
                var options = secure.Options();
                options.CaFile = folder["ca.pem"];
                using (var client = new ApsClient(options))
                {
                    Check.Equal(12345L, client.Download(request).Bytes);
                }
                options.CaFile = null;
                using (var client = new ApsClient(options))
                {
                    Check.Equal(ApsStatus.Tls, Check.Throws<ApsTlsException>(() => client.Download(request)).Status);
                }
            }
        }

        private static void Refused<T>(Action<ApsClientOptions> change) where T : Exception
        {
            var options = Aps.Options();
            change(options);
            Check.Throws<T>(() => new ApsClient(options).Dispose());
        }
    }
}
