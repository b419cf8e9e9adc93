using System;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>Who logs in, and where the browser comes back to: http://HOST:PORT/PATH, which must be registered for the
    /// app, letter by letter.</summary>
    public sealed class LoginOptions
    {
        /// <summary>The client id of an APS app of the type "Desktop, Mobile, Single-Page App".</summary>
        public string ClientId { get; set; }

        /// <summary>Scopes separated by spaces.</summary>
        public string Scopes { get; set; } = "data:read";

        /// <summary>"127.0.0.1", the default, or "localhost".</summary>
        public string CallbackHost { get; set; }

        /// <summary>1 to 65535, or 0 for any free one, which only a sandbox accepts.</summary>
        public int CallbackPort { get; set; }

        /// <summary>"/callback" by default.</summary>
        public string CallbackPath { get; set; }

        /// <summary>How long the login stays open: 10 minutes by default, <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for
        /// ever.</summary>
        public TimeSpan? Timeout { get; set; }
    }

    /// <summary>
    /// A login of a user in the browser, with PKCE, for programs that cannot keep a secret: start it, open
    /// <see cref="AuthorizeUrl"/> in the user's browser, wait. From then on the client uses the user's token and
    /// renews it by itself. The browser is answered by the thread that waits.
    /// </summary>
    public sealed unsafe class ApsLogin : IDisposable
    {
        private const uint SliceMilliseconds = 100;

        private readonly LoginHandle _login;
        private readonly CancelTokenHandle _cancel;

        internal ApsLogin(LoginHandle login)
        {
            _login = login;
            Call.Check(Native.apsfetch_cancel_token_new(out _cancel, out var error), error);
            AuthorizeUrl = Text.Decode(Native.apsfetch_login_authorize_url(login));
            RedirectUri = Text.Decode(Native.apsfetch_login_redirect_uri(login));
        }

        /// <summary>The address to open in the user's browser. The library never starts a browser itself.</summary>
        public string AuthorizeUrl { get; }

        /// <summary>The callback address, as it must be registered at APS.</summary>
        public string RedirectUri { get; }

        // Not inlined, here and elsewhere: Mono looks for the native functions a method calls when it compiles it. With this
        // in it, a user's method that makes its client itself would be compiled before the library is loaded.

        /// <summary>Whether the login still waits for its answer: false when it has succeeded or failed.</summary>
        public bool IsOpen
        {
            [MethodImpl(MethodImplOptions.NoInlining)]
            get => Native.apsfetch_login_is_open(Handle) != 0;
        }

        /// <summary>After the login: how long the access token lives, or null if APS did not say it.</summary>
        public TimeSpan? ExpiresIn
        {
            [MethodImpl(MethodImplOptions.NoInlining)]
            get
            {
                var milliseconds = Numbers.Known(Native.apsfetch_login_expires_in_ms(Handle));
                return milliseconds == null ? (TimeSpan?)null : TimeSpan.FromMilliseconds(milliseconds.Value);
            }
        }

        /// <summary>After the login: the scopes that were granted, separated by spaces; null before.</summary>
        public string Scopes
        {
            [MethodImpl(MethodImplOptions.NoInlining)]
            get => Text.Decode(Native.apsfetch_login_scopes(Handle));
        }

        /// <summary>After the login: the refresh token, for <see cref="ApsClientOptions.RefreshToken"/> in the next run of
        /// the program; null before, or if there is none. It is a secret, and APS replaces it at each renewal:
        /// <see cref="ApsClient.GetRefreshToken"/> has the latest one.</summary>
        public string RefreshToken
        {
            [MethodImpl(MethodImplOptions.NoInlining)]
            get => Text.Decode(Native.apsfetch_login_refresh_token(Handle));
        }

        /// <summary>Waits for the user.</summary>
        /// <param name="limit">How long; until the login's own end by default.</param>
        /// <param name="cancellationToken">Ends the wait. The login stays open until it is disposed.</param>
        /// <returns>Whether the user is logged in; false when the limit passed.</returns>
        /// <exception cref="ApsAuthException">The user said no.</exception>
        /// <exception cref="ApsNetworkException">With <see cref="ApsStatus.Timeout"/>: the login was not finished in its
        /// time.</exception>
        public bool Wait(TimeSpan? limit = null, CancellationToken cancellationToken = default(CancellationToken))
        {
            var most = Numbers.Milliseconds(limit ?? Timeout.InfiniteTimeSpan, nameof(limit));
            var clock = Stopwatch.StartNew();
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var left = most == Numbers.NoLimit ? SliceMilliseconds : Math.Max(0, most - clock.ElapsedMilliseconds);
                var slice = (uint)Math.Min(left, SliceMilliseconds);
                var status = Native.apsfetch_login_wait(Handle, slice, _cancel, out var error);
                if (status < 0)
                {
                    using (error)
                    {
                        throw ApsException.From(status, error).AsThrown(cancellationToken);
                    }
                }
                if (status != (int)ApsStatus.Pending)
                {
                    return true;
                }
                if (left <= 0)
                {
                    return false;
                }
            }
        }

        /// <summary><see cref="Wait"/> on a thread of the pool.</summary>
        public Task<bool> WaitAsync(
            TimeSpan? limit = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return Task.Run(() => Wait(limit, cancellationToken), cancellationToken);
        }

        /// <summary>Closes the listener. A thread that waits gets an exception in a moment. The client stays logged
        /// in.</summary>
        public void Dispose()
        {
            _login.Dispose();
            _cancel.Dispose();
        }

        private LoginHandle Handle => _login.Of(this);
    }

    public sealed partial class ApsClient
    {
        /// <summary>Opens a listener for the browser to come back to, and makes the address of the login page. Nothing is
        /// sent.</summary>
        /// <exception cref="InvalidOperationException">The client has a token provider, which says who it is.</exception>
        /// <exception cref="ApsException">With <see cref="ApsStatus.Resource"/>: the port is not to be had.</exception>
        public unsafe ApsLogin StartLogin(LoginOptions options)
        {
            if (options == null)
            {
                throw new ArgumentNullException(nameof(options));
            }
            if (_tokens != null)
            {
                throw new InvalidOperationException("The client has a token provider. Log in with one that has none.");
            }
            if (options.CallbackPort < 0)
            {
                throw new ArgumentOutOfRangeException(nameof(options), options.CallbackPort, "The port must not be negative.");
            }
            var timeout = options.Timeout == null ? 0 : Numbers.Milliseconds(options.Timeout.Value, nameof(options.Timeout));
            fixed (byte* id = Text.Encode(options.ClientId, nameof(options.ClientId)),
                scopes = Text.Encode(options.Scopes, nameof(options.Scopes)),
                host = Text.EncodeOrNull(options.CallbackHost, nameof(options.CallbackHost)),
                path = Text.EncodeOrNull(options.CallbackPath, nameof(options.CallbackPath)))
            {
                Call.Check(
                    Native.apsfetch_login_start(Handle, id, scopes, host, (uint)options.CallbackPort, path, timeout, out var login, out var error),
                    error);
                return new ApsLogin(login);
            }
        }

        /// <summary>The refresh token of the user's login, to be kept in a safe place; null if there is no login or it has
        /// ended. APS replaces it at each renewal: ask for it after the work, before the client is disposed.</summary>
        public unsafe string GetRefreshToken()
        {
            Call.Check(Native.apsfetch_client_refresh_token(Handle, out var text, out var error), error);
            using (text)
            {
                return text.IsInvalid ? null : Text.Decode(Native.apsfetch_text_data(text));
            }
        }
    }
}
