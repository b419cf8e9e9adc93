using System;
using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>An access token of the client, for another library of your program. It is a secret: keep it out of files,
    /// logs and messages. <see cref="object.ToString"/> does not show it.</summary>
    public sealed unsafe class AccessToken
    {
        internal AccessToken(AccessTokenHandle token)
        {
            Token = Text.Decode(Native.apsfetch_access_token_text(token));
            ExpiresIn = Numbers.Length(Native.apsfetch_access_token_expires_in_ms(token));
        }

        /// <summary>The token, without the word "Bearer".</summary>
        public string Token { get; }

        /// <summary>How long it was still good for when it was asked for; null if that is not known, as of one that your
        /// program has set.</summary>
        public TimeSpan? ExpiresIn { get; }

        /// <summary>Without the token.</summary>
        public override string ToString() => ExpiresIn == null ? "access token" : $"access token for {ExpiresIn.Value.TotalSeconds:0} s";
    }
}
