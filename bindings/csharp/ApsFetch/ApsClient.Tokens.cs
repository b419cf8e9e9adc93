using System.Threading;
using System.Threading.Tasks;
using ApsFetch.Interop;

namespace ApsFetch
{
    // The access token, for others.
    public sealed partial class ApsClient
    {
        /// <summary>An access token for another library of your program, such as a viewer: the one of the moment, or a new
        /// one if there is none or it expires within a minute. Ask anew each time it is needed, since the client renews
        /// it. A token provider is asked if there is none.</summary>
        /// <exception cref="ApsAuthException">There is no token and no way to one.</exception>
        public AccessToken GetAccessToken(CancellationToken cancellationToken = default(CancellationToken))
        {
            return Blocking(
                cancel =>
                {
                    Call.Check(Native.apsfetch_access_token_fetch(Handle, cancel, out var token, out var error), error);
                    using (token)
                    {
                        return new AccessToken(token);
                    }
                },
                cancellationToken);
        }

        /// <summary><see cref="GetAccessToken"/> on a thread of the pool.</summary>
        public Task<AccessToken> GetAccessTokenAsync(CancellationToken cancellationToken = default(CancellationToken))
        {
            return Task.Run(() => GetAccessToken(cancellationToken), cancellationToken);
        }
    }
}
