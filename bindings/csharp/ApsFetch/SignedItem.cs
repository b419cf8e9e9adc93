using System;
using System.Collections.Generic;
using System.Threading;
using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>How one item was signed.</summary>
    public enum SignedStatus
    {
        /// <summary>It failed; see <see cref="SignedItem.Error"/>.</summary>
        Failed = 0,
        /// <summary>One URL for the whole file.</summary>
        Complete = 1,
        /// <summary>An unmerged upload: one URL for each chunk.</summary>
        Chunked = 2,
        /// <summary>An unmerged upload behind one OSS signed URL.</summary>
        Fallback = 3,
        /// <summary>Not modified since the version the request named; there is nothing to download.</summary>
        Skipped = 4,
        /// <summary>APS cannot sign this item; see <see cref="SignedItem.Reason"/>.</summary>
        Error = 5
    }

    /// <summary>A part of an unmerged upload, behind a URL of its own.</summary>
    public sealed class SignedChunk
    {
        internal SignedChunk(long start, long end, string url)
        {
            Start = start;
            End = end;
            Url = url;
        }

        /// <summary>The offset in the file of the chunk's first byte.</summary>
        public long Start { get; }

        /// <summary>The offset in the file behind the chunk's last byte.</summary>
        public long End { get; }

        /// <summary>The URL of the chunk alone.</summary>
        public string Url { get; }
    }

    /// <summary>Everything needed to fetch a file by other means. URLs and cookies are secrets: whoever has them can
    /// fetch the file until they expire. URLs are to be sent byte for byte.</summary>
    public sealed unsafe class SignedItem
    {
        internal SignedItem(ApsRequest request, SignedHandle list, UIntPtr index)
        {
            Request = request;
            var status = Native.apsfetch_signed_status(list, index);
            if (status < 0)
            {
                Native.apsfetch_signed_error(list, index, out var error);
                using (error)
                {
                    Error = ApsException.From(status, error);
                }
            }
            else
            {
                Status = (SignedStatus)status;
            }
            Url = Text.Decode(Native.apsfetch_signed_url(list, index));
            Chunks = GetChunks(list, index);
            Cookies = GetCookies(list, index);
            CookieHeader = Text.Decode(Native.apsfetch_signed_cookie_header(list, index));
            var size = Native.apsfetch_signed_size(list, index);
            Size = size < 0 ? (long?)null : size;
            ETag = Text.Decode(Native.apsfetch_signed_etag(list, index));
            Sha1 = Text.Decode(Native.apsfetch_signed_sha1(list, index));
            ContentType = Text.Decode(Native.apsfetch_signed_content_type(list, index));
            ContentDisposition = Text.Decode(Native.apsfetch_signed_content_disposition(list, index));
            CacheControl = Text.Decode(Native.apsfetch_signed_cache_control(list, index));
            Reason = Text.Decode(Native.apsfetch_signed_reason(list, index));
            var expires = Native.apsfetch_signed_expires_at_ms(list, index);
            ExpiresAt = expires < 0 ? (DateTimeOffset?)null : DateTimeOffset.FromUnixTimeMilliseconds(expires);
            SingleUse = Native.apsfetch_signed_single_use(list, index) != 0;
        }

        /// <summary>The request this is the answer to.</summary>
        public ApsRequest Request { get; }

        /// <summary>How the item was signed.</summary>
        public SignedStatus Status { get; }

        /// <summary>Why the item failed; null if it did not.</summary>
        public ApsException Error { get; }

        /// <summary>The URL of the whole file; null for a chunked, skipped or failed item.</summary>
        public string Url { get; }

        /// <summary>The chunks of a chunked item. They cover the file in order, without gap or overlap.</summary>
        public IReadOnlyList<SignedChunk> Chunks { get; }

        /// <summary>The cookies that go with the URL, to its host only: three for a derivative, else none.</summary>
        public IReadOnlyList<KeyValuePair<string, string>> Cookies { get; }

        /// <summary>All cookies as the value of one <c>Cookie</c> header; null if there are none.</summary>
        public string CookieHeader { get; }

        /// <summary>The size of the file in bytes, or null if APS did not say it.</summary>
        public long? Size { get; }

        /// <summary>The file's ETag as APS gives it, or null. It tells versions apart; it is not a checksum.</summary>
        public string ETag { get; }

        /// <summary>The SHA-1 of the file as 40 hex digits, or null if APS did not say it.</summary>
        public string Sha1 { get; }

        /// <summary>The media type, or null.</summary>
        public string ContentType { get; }

        /// <summary>The <c>Content-Disposition</c> the URL was signed with, or null.</summary>
        public string ContentDisposition { get; }

        /// <summary>The <c>Cache-Control</c> the URL was signed with, or null.</summary>
        public string CacheControl { get; }

        /// <summary>Why the item is skipped or cannot be signed, in the words of APS, or null.</summary>
        public string Reason { get; }

        /// <summary>When URL and cookies stop working, by the server's clock, or null if not known.</summary>
        public DateTimeOffset? ExpiresAt { get; }

        /// <summary>Whether the URL works for one single GET.</summary>
        public bool SingleUse { get; }

        /// <summary>Throws the error if the item failed, and gives back the item if not. One that APS cannot sign has
        /// failed, too: <see cref="ApsHttpException"/> with <see cref="ApsStatus.Refused"/>, as if it were
        /// downloaded.</summary>
        /// <exception cref="ApsException">The item failed.</exception>
        public SignedItem EnsureSuccess()
        {
            if (Error != null)
            {
                throw Error.AsThrown(CancellationToken.None);
            }
            if (Status == SignedStatus.Error)
            {
                var why = Reason ?? "no reason given";
                throw ApsException.From(new ErrorDetails(ApsStatus.Refused, $"APS cannot sign the item: \"{why}\"."));
            }
            return this;
        }

        private static SignedChunk[] GetChunks(SignedHandle list, UIntPtr index)
        {
            var chunks = new SignedChunk[(int)Native.apsfetch_signed_chunk_count(list, index)];
            for (var i = 0; i < chunks.Length; i++)
            {
                var chunk = new UIntPtr((uint)i);
                chunks[i] = new SignedChunk(
                    (long)Native.apsfetch_signed_chunk_start(list, index, chunk),
                    (long)Native.apsfetch_signed_chunk_end(list, index, chunk),
                    Text.Decode(Native.apsfetch_signed_chunk_url(list, index, chunk)));
            }
            return chunks;
        }

        private static KeyValuePair<string, string>[] GetCookies(SignedHandle list, UIntPtr index)
        {
            var cookies = new KeyValuePair<string, string>[(int)Native.apsfetch_signed_cookie_count(list, index)];
            for (var i = 0; i < cookies.Length; i++)
            {
                var cookie = new UIntPtr((uint)i);
                cookies[i] = new KeyValuePair<string, string>(
                    Text.Decode(Native.apsfetch_signed_cookie_name(list, index, cookie)),
                    Text.Decode(Native.apsfetch_signed_cookie_value(list, index, cookie)));
            }
            return cookies;
        }
    }
}
