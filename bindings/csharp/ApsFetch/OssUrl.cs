using System;
using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>What an OSS signed URL is for.</summary>
    public enum UrlAccess
    {
        /// <summary>For downloads.</summary>
        Read = 1,
        /// <summary>For uploads.</summary>
        Write = 2,
        /// <summary>For both.</summary>
        ReadWrite = 3
    }

    /// <summary>A signed URL of the Object Storage Service for one object.</summary>
    public sealed unsafe class OssUrl
    {
        internal OssUrl(OssUrlHandle url)
        {
            Url = Text.Decode(Native.apsfetch_oss_url_text(url));
            ExpiresAt = Numbers.Time(Native.apsfetch_oss_url_expires_at_ms(url));
            SingleUse = Native.apsfetch_oss_url_single_use(url) != 0;
        }

        /// <summary>The URL itself, a secret: whoever has it can use it. A string and not a <see cref="Uri"/>, which
        /// would "repair" escapes and break the signature.</summary>
        public string Url { get; }

        /// <summary>When the URL stops working, by the server's clock, or null if not known.</summary>
        public DateTimeOffset? ExpiresAt { get; }

        /// <summary>Whether the URL works once only.</summary>
        public bool SingleUse { get; }
    }
}
