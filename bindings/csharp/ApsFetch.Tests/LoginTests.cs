using System;
using System.Threading;
using System.Threading.Tasks;

namespace ApsFetch.Tests
{
    /// <summary>A user's login in the browser, which the tests play.</summary>
    internal static class LoginTests
    {
        private static LoginOptions Who(Sandbox aps) => new LoginOptions { ClientId = aps.PublicClientId, Scopes = "data:read" };

        private static ObjectRequest Small() => new ObjectRequest(Sandbox.Bucket, "odd.bin") { MaxMemoryBytes = 1 << 20 };

        public static void AllowedAndGoneOnWith()
        {
            using (var aps = new Sandbox("--auto-login allow"))
            {
                string kept;
                using (var client = new ApsClient(aps.OptionsWithoutToken()))
                using (var login = client.StartLogin(Who(aps)))
                {
                    Check.Equal(null, client.GetRefreshToken());
                    Check.True(login.IsOpen, "open");
                    Check.True(login.RedirectUri.StartsWith("http://127.0.0.1:", StringComparison.Ordinal), "a loopback address");
                    Check.True(!login.Wait(TimeSpan.Zero), "nobody was there yet");
                    var browser = Task.Run(() => Sandbox.Browse(login.AuthorizeUrl));
                    Check.True(Check.Result(login.WaitAsync()), "logged in");
                    Check.Contains("HTTP/1.1 200", Check.Result(browser));
                    Check.True(!login.IsOpen, "over");
                    Check.Equal("data:read", login.Scopes);
                    Check.True(login.ExpiresIn > TimeSpan.Zero, "a life");
                    Check.Equal(12345L, client.Download(Small()).Bytes);
                    kept = client.GetRefreshToken();
                    Check.Equal(login.RefreshToken, kept);
                }
                var options = aps.OptionsWithoutToken();
                options.ClientId = aps.PublicClientId;
                options.RefreshToken = kept;
                using (var client = new ApsClient(options))
                {
                    Check.Equal(12345L, client.Download(Small()).Bytes);
                    Check.True(client.GetRefreshToken() != kept, "a new one");
                }
            }
        }

        public static void Denied()
        {
            using (var aps = new Sandbox("--auto-login deny"))
            using (var client = new ApsClient(aps.OptionsWithoutToken()))
            using (var login = client.StartLogin(Who(aps)))
            {
                var browser = Task.Run(() => Sandbox.Browse(login.AuthorizeUrl));
                Check.Throws<ApsAuthException>(() => login.Wait(TimeSpan.FromSeconds(30)));
                Check.Result(browser);
            }
        }

        public static void CancelledOrOutOfTime()
        {
            var aps = Sandbox.Shared;
            using (var client = new ApsClient(aps.OptionsWithoutToken()))
            using (var source = new CancellationTokenSource())
            {
                using (var login = client.StartLogin(Who(aps)))
                {
                    // Not by WaitAsync, which looks at the token before it begins.
                    var wait = Task.Run(() => login.Wait(null, source.Token));
                    source.Cancel();
                    Check.Cancelled(() => Check.Result(wait));
                    Check.True(login.IsOpen, "still open");
                }
                var options = Who(aps);
                options.Timeout = TimeSpan.FromMilliseconds(1);
                using (var login = client.StartLogin(options))
                {
                    Check.Equal(ApsStatus.Timeout, Check.Throws<ApsNetworkException>(() => login.Wait()).Status);
                }
            }
        }

        public static void NotWithAProvider()
        {
            var options = Sandbox.Shared.OptionsWithoutToken();
            options.TokenProvider = () => Task.FromResult("x");
            using (var client = new ApsClient(options))
            {
                Check.Throws<InvalidOperationException>(() => client.StartLogin(Who(Sandbox.Shared)));
            }
        }
    }
}
