using System;
using System.Threading.Tasks;
using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>The options of a client, which copies them. What is null has the library's default, which suits an
    /// office network.</summary>
    public sealed class ApsClientOptions
    {
        // How long jobs wait for a token provider that says nothing: a person may have to log in meanwhile.
        private static readonly TimeSpan ProviderWait = TimeSpan.FromMinutes(10);

        /// <summary>Where APS is: a scheme and a host, with a port if it is not the usual one.
        /// "https://developer.api.autodesk.com" by default; a sandbox is somewhere else.</summary>
        public string BaseUrl { get; set; }

        /// <summary>An access token, without the word "Bearer". <see cref="ApsClient.SetAccessToken"/> changes it
        /// later. Downloading needs the scope <c>data:read</c>. Beside a <see cref="TokenProvider"/> or a
        /// <see cref="ClientId"/> it is the first one: they are asked when APS refuses it.</summary>
        public string AccessToken { get; set; }

        /// <summary>Asked for an access token whenever there is none or APS refuses it; the work then goes on where
        /// it was. It runs on a thread of the pool, once for everybody who waits. If it throws, so do they.</summary>
        public Func<Task<string>> TokenProvider { get; set; }

        /// <summary>The client id of an APS app. With it, <see cref="ClientSecret"/> and <see cref="Scopes"/> the
        /// library gets its own two-legged token and renews it.</summary>
        public string ClientId { get; set; }

        /// <summary>The secret that goes with <see cref="ClientId"/>.</summary>
        public string ClientSecret { get; set; }

        /// <summary>For <see cref="ClientId"/>: scopes separated by spaces.</summary>
        public string Scopes { get; set; } = "data:read";

        /// <summary>Goes on with a user's login of an earlier run: the refresh token that
        /// <see cref="ApsClient.GetRefreshToken"/> gave. It goes with <see cref="ClientId"/>, and with
        /// <see cref="Scopes"/>: no more than the login granted, "" for the same ones.</summary>
        public string RefreshToken { get; set; }

        /// <summary>How long a job waits for a token when APS refuses it or there is none: not at all by default,
        /// ten minutes with a <see cref="TokenProvider"/>.</summary>
        public TimeSpan? TokenWait { get; set; }

        /// <summary>The data centre of the designs: "US" (the default of APS), "EMEA", "AUS", "CAN", "DEU", "IND",
        /// "JPN", "GBR", or a name APS adds later.</summary>
        public string Region { get; set; }

        /// <summary>Uses the older EMEA form of the addresses instead of the header <c>region</c>.</summary>
        public bool EmeaPath { get; set; }

        /// <summary>Forces each file to the disk before it takes the place of the target, so that it survives a power
        /// failure. A killed process never leaves a wrong file either way.</summary>
        public bool Durable { get; set; }

        /// <summary>Connections at the most, for all jobs of the client together: 1 to 256, 128 by default, of which a large file from afar begins with 64.</summary>
        public int? MaxConnections { get; set; }

        /// <summary>Bytes a second that all downloads of the client together may take, from 1024; no limit by default.
        /// <see cref="ApsClient.SetBandwidthLimit"/> changes it later.</summary>
        public long? BandwidthLimit { get; set; }

        /// <summary>Bytes of a part, from 65536; 0, the default, lets the library choose.</summary>
        public long? PartSize { get; set; }

        /// <summary>The limit on each connection, until it is ready for a request: resolving the name, connecting, a
        /// proxy and TLS together. 30 s by default.</summary>
        public TimeSpan? ConnectTimeout { get; set; }

        /// <summary>The limit on the wait for a reply, until its headers are complete; the body of an API reply may take
        /// as long again, and a second more for each 4 KiB. 60 s by default.</summary>
        public TimeSpan? ReplyTimeout { get; set; }

        /// <summary>A connection that moves next to nothing for this long is given up and replaced: 30 s by
        /// default. There is no limit on a whole download.</summary>
        public TimeSpan? StallTimeout { get; set; }

        /// <summary>How long a drive may take for one operation, such as a write to a network drive: 60 s by
        /// default.</summary>
        public TimeSpan? DiskTimeout { get; set; }

        /// <summary>How long failures that may pass (a broken connection, a busy service) are answered by trying again,
        /// since the last progress: 40 s by default. Waits that the service asks for are added.</summary>
        public TimeSpan? RetryTimeout { get; set; }

        /// <summary>A file of certificates in PEM form to trust beside those of the operating system.</summary>
        public string CaFile { get; set; }

        /// <summary>The proxy: "http://user:password@host:port", or "" for none whatever the environment says. User and
        /// password are percent-encoded, and NO_PROXY does not count. By default that of the environment (HTTPS_PROXY,
        /// ALL_PROXY, HTTP_PROXY, with NO_PROXY) or of the Windows settings, for every host but this computer.</summary>
        public string Proxy { get; set; }

        /// <summary>What the client calls itself to the servers, such as "MyPlugin/2.1".</summary>
        public string UserAgent { get; set; }

        internal unsafe ConfigHandle ToHandle()
        {
            if (TokenProvider != null && ClientId != null)
            {
                throw new ArgumentException($"Set {nameof(TokenProvider)} or {nameof(ClientId)}, not both.");
            }
            Call.Check(Native.apsfetch_config_new(out var config, out var error), error);
            try
            {
                Call.Set(Native.apsfetch_config_set_base_url, config, BaseUrl, nameof(BaseUrl));
                Call.Set(Native.apsfetch_config_set_access_token, config, AccessToken, nameof(AccessToken));
                SetClientCredentials(config);
                var wait = TokenWait ?? (TokenProvider == null ? (TimeSpan?)null : ProviderWait);
                Call.Set(Native.apsfetch_config_set_token_wait_ms, config, wait, nameof(TokenWait));
                Call.Set(Native.apsfetch_config_set_region, config, Region, nameof(Region));
                Call.Set(Native.apsfetch_config_set_emea_path, config, EmeaPath);
                Call.Set(Native.apsfetch_config_set_durable, config, Durable);
                Call.Set(Native.apsfetch_config_set_max_connections, config, MaxConnections, nameof(MaxConnections));
                Call.Set(Native.apsfetch_config_set_bandwidth_limit, config, BandwidthLimit, nameof(BandwidthLimit));
                Call.Set(Native.apsfetch_config_set_part_size, config, PartSize, nameof(PartSize));
                Call.Set(Native.apsfetch_config_set_connect_timeout_ms, config, ConnectTimeout, nameof(ConnectTimeout));
                Call.Set(Native.apsfetch_config_set_reply_timeout_ms, config, ReplyTimeout, nameof(ReplyTimeout));
                Call.Set(Native.apsfetch_config_set_stall_timeout_ms, config, StallTimeout, nameof(StallTimeout));
                Call.Set(Native.apsfetch_config_set_disk_timeout_ms, config, DiskTimeout, nameof(DiskTimeout));
                Call.Set(Native.apsfetch_config_set_retry_timeout_ms, config, RetryTimeout, nameof(RetryTimeout));
                Call.Set(Native.apsfetch_config_set_ca_file_utf16, config, CaFile, nameof(CaFile));
                Call.Set(Native.apsfetch_config_set_proxy, config, Proxy, nameof(Proxy));
                Call.Set(Native.apsfetch_config_set_user_agent, config, UserAgent, nameof(UserAgent));
                return config;
            }
            catch
            {
                config.Dispose();
                throw;
            }
        }

        private unsafe void SetClientCredentials(ConfigHandle config)
        {
            if (ClientId == null && ClientSecret == null && RefreshToken == null)
            {
                return;
            }
            if (ClientSecret != null && RefreshToken != null)
            {
                throw new ArgumentException($"Set {nameof(ClientSecret)} or {nameof(RefreshToken)}, not both.");
            }
            var isLogin = RefreshToken != null;
            var id = Text.Encode(ClientId, nameof(ClientId));
            var secret = isLogin ? Text.Encode(RefreshToken, nameof(RefreshToken)) : Text.Encode(ClientSecret, nameof(ClientSecret));
            var scopes = Text.Encode(Scopes, nameof(Scopes));
            try
            {
                fixed (byte* i = id, s = secret, c = scopes)
                {
                    var status = isLogin
                        ? Native.apsfetch_config_set_refresh_token(config, i, s, c, out var error)
                        : Native.apsfetch_config_set_client_credentials(config, i, s, c, out error);
                    Call.Check(status, error);
                }
            }
            finally
            {
                Array.Clear(secret, 0, secret.Length);
            }
        }
    }
}
