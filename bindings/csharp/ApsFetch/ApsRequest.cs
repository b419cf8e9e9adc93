using System;
using System.Collections.Generic;
using System.Globalization;
using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>What happens when the target of a request exists.</summary>
    public enum ExistingFile
    {
        /// <summary>It is replaced, in one step and only by a complete and verified file.</summary>
        Replace = 0,
        /// <summary>It is kept; the item succeeds with <see cref="ItemStatus.Kept"/>.</summary>
        Keep = 1,
        /// <summary>The item fails with <see cref="ApsStatus.FileExists"/>.</summary>
        Fail = 2
    }

    /// <summary>Which operation of APS signs an object.</summary>
    public enum Signing
    {
        /// <summary>"Batch Get S3 Download URLs": together with other objects in one call.</summary>
        Batch = 1,
        /// <summary>"Get Signed S3 Download URL": for this object alone.</summary>
        SignedS3Download = 2,
        /// <summary>"Create Signed URL": an OSS signed URL. It needs the scope <c>data:write</c>.</summary>
        SignedUrl = 3
    }

    /// <summary>One file to sign or to download: a <see cref="DerivativeRequest"/>, an <see cref="ObjectRequest"/>
    /// or a <see cref="UrlRequest"/>. Its values are checked and copied when it is used.</summary>
    public abstract class ApsRequest
    {
        private const int MemoryByDefault = 64 << 20;

        internal ApsRequest()
        {
        }

        /// <summary>The file to make. Its folder must exist. While the download runs, a part file lies beside
        /// it.</summary>
        public string Path { get; set; }

        /// <summary>Downloads into memory instead of a file, see <see cref="DownloadResult.Data"/>. The item fails
        /// if the file has more than this many bytes.</summary>
        public int? MaxMemoryBytes { get; set; }

        /// <summary>What happens when the target exists.</summary>
        public ExistingFile ExistingFile { get; set; }

        /// <summary>Goes on with a download that failed, was cancelled or whose process was killed: its part file and
        /// its journal stay beside the target for that. True by default.</summary>
        public bool Resume { get; set; } = true;

        /// <summary>The SHA-1 the file must have, as 40 hex digits. It takes the place of the one APS
        /// gives.</summary>
        public string Sha1 { get; set; }

        /// <summary>The size in bytes the file must have, when you know it.</summary>
        public long? Size { get; set; }

        /// <summary>A copy that goes to memory.</summary>
        internal ApsRequest IntoMemory()
        {
            var copy = (ApsRequest)MemberwiseClone();
            copy.Path = null;
            copy.MaxMemoryBytes = MaxMemoryBytes ?? MemoryByDefault;
            return copy;
        }

        internal RequestHandle ToHandle()
        {
            if (Path != null && MaxMemoryBytes != null)
            {
                throw new ArgumentException($"Set {nameof(Path)} or {nameof(MaxMemoryBytes)}, not both.");
            }
            var request = NewHandle();
            try
            {
                SetTarget(request);
                SetOptions(request);
                return request;
            }
            catch
            {
                request.Dispose();
                throw;
            }
        }

        private unsafe void SetTarget(RequestHandle request)
        {
            Call.Set(Native.apsfetch_request_set_path_utf16, request, Path, nameof(Path));
            Call.Set(Native.apsfetch_request_set_memory, request, (long?)MaxMemoryBytes, nameof(MaxMemoryBytes));
            Call.Set(Native.apsfetch_request_set_existing_file, request, (int)ExistingFile);
            // Yes is its default, unlike that of the others.
            Call.Set(Native.apsfetch_request_set_resume, request, Resume ? (int?)null : 0);
            Call.Set(Native.apsfetch_request_set_sha1, request, Sha1, nameof(Sha1));
            Call.Set(Native.apsfetch_request_set_size, request, Size, nameof(Size));
        }

        internal abstract RequestHandle NewHandle();

        internal abstract void SetOptions(RequestHandle request);
    }

    /// <summary>A derivative of the Model Derivative service.</summary>
    public sealed class DerivativeRequest : ApsRequest
    {
        private string _skipIfETag;
        private long _skipIfBytes;

        /// <param name="urn">The design's, in URL-safe base64 or plain.</param>
        /// <param name="derivativeUrn">The one from the manifest, plain or percent-encoded.</param>
        /// <param name="path">The file to make; null for signing only, or for memory.</param>
        public DerivativeRequest(string urn, string derivativeUrn, string path = null)
        {
            Urn = urn ?? throw new ArgumentNullException(nameof(urn));
            DerivativeUrn = derivativeUrn ?? throw new ArgumentNullException(nameof(derivativeUrn));
            Path = path;
        }

        /// <summary>The design's URN.</summary>
        public string Urn { get; }

        /// <summary>The derivative's URN.</summary>
        public string DerivativeUrn { get; }

        /// <summary>Downloads from the API itself, by the deprecated "Download Derivative", instead of by signed
        /// cookies.</summary>
        public bool DirectDownload { get; set; }

        /// <summary>How many minutes the signed cookies live: 1 to 360, 360 by default.</summary>
        public int? MinutesExpiration { get; set; }

        /// <summary>The <c>Content-Disposition</c> to be returned with the file; it begins with
        /// "attachment".</summary>
        public string ResponseContentDisposition { get; set; }

        /// <summary>Names the version that lies at the target, as <see cref="DownloadResult"/> told it. If APS still
        /// has that one and the target has that size, the item succeeds with <see cref="ItemStatus.NotModified"/>
        /// and leaves the target alone.</summary>
        public void SkipIfETag(string etag, long bytes)
        {
            _skipIfETag = etag ?? throw new ArgumentNullException(nameof(etag));
            _skipIfBytes = bytes >= 0 ? bytes : throw new ArgumentOutOfRangeException(nameof(bytes));
        }

        internal override unsafe RequestHandle NewHandle()
        {
            fixed (byte* urn = Text.Encode(Urn, nameof(Urn)),
                derivativeUrn = Text.Encode(DerivativeUrn, nameof(DerivativeUrn)))
            {
                Call.Check(Native.apsfetch_request_new_derivative(urn, derivativeUrn, out var request, out var error), error);
                return request;
            }
        }

        internal override unsafe void SetOptions(RequestHandle request)
        {
            Call.Set(Native.apsfetch_request_set_direct_download, request, DirectDownload);
            Call.Set(Native.apsfetch_request_set_minutes_expiration, request, MinutesExpiration, nameof(MinutesExpiration));
            Call.Set(Native.apsfetch_request_set_response_content_disposition, request, ResponseContentDisposition, nameof(ResponseContentDisposition));
            if (_skipIfETag != null)
            {
                fixed (byte* etag = Text.Encode(_skipIfETag, "etag"))
                {
                    Call.Check(Native.apsfetch_request_set_skip_if_etag(request, etag, (ulong)_skipIfBytes, out var error), error);
                }
            }
        }
    }

    /// <summary>An object of the Object Storage Service.</summary>
    public sealed class ObjectRequest : ApsRequest
    {
        /// <param name="bucketKey">The bucket's key.</param>
        /// <param name="objectKey">The key as given at the upload, not percent-encoded.</param>
        /// <param name="path">The file to make; null for signing only, or for memory.</param>
        public ObjectRequest(string bucketKey, string objectKey, string path = null)
        {
            BucketKey = bucketKey ?? throw new ArgumentNullException(nameof(bucketKey));
            ObjectKey = objectKey ?? throw new ArgumentNullException(nameof(objectKey));
            Path = path;
        }

        /// <summary>The bucket's key.</summary>
        public string BucketKey { get; }

        /// <summary>The object's key.</summary>
        public string ObjectKey { get; }

        /// <summary>Which operation of APS signs it.</summary>
        public Signing Signing { get; set; } = Signing.Batch;

        /// <summary>With <see cref="ApsFetch.Signing.SignedUrl"/>: asks for a URL that works for one single
        /// GET.</summary>
        public bool SingleUse { get; set; }

        /// <summary>How many minutes the signed URL lives: 1 to 60, 2 by default; from 1 for an OSS signed URL, 60
        /// by default. A download renews it when it takes longer.</summary>
        public int? MinutesExpiration { get; set; }

        /// <summary>The <c>Content-Disposition</c> to be returned with the file.</summary>
        public string ResponseContentDisposition { get; set; }

        /// <summary>The <c>Content-Type</c> to be returned with the file.</summary>
        public string ResponseContentType { get; set; }

        /// <summary>The <c>Cache-Control</c> to be returned with the file.</summary>
        public string ResponseCacheControl { get; set; }

        /// <summary>The ETag of the version you have. If the object is still that version, the item succeeds with
        /// <see cref="ItemStatus.NotModified"/> and leaves the target alone.</summary>
        public string IfNoneMatch { get; set; }

        /// <summary>If the object has not changed since, the item succeeds with
        /// <see cref="ItemStatus.NotModified"/> and leaves the target alone.</summary>
        public DateTimeOffset? IfModifiedSince { get; set; }

        /// <summary>Asks for one OSS signed URL when the object's upload is not merged yet, instead of one S3 URL for
        /// each chunk.</summary>
        public bool PublicResourceFallback { get; set; }

        /// <summary>Asks for a CloudFront URL instead of an S3 one.</summary>
        public bool UseCdn { get; set; }

        internal override unsafe RequestHandle NewHandle()
        {
            fixed (byte* bucketKey = Text.Encode(BucketKey, nameof(BucketKey)),
                objectKey = Text.Encode(ObjectKey, nameof(ObjectKey)))
            {
                Call.Check(Native.apsfetch_request_new_object(bucketKey, objectKey, out var request, out var error), error);
                return request;
            }
        }

        internal override unsafe void SetOptions(RequestHandle request)
        {
            Call.Set(Native.apsfetch_request_set_signing, request, (int)Signing);
            Call.Set(Native.apsfetch_request_set_single_use, request, SingleUse);
            Call.Set(Native.apsfetch_request_set_minutes_expiration, request, MinutesExpiration, nameof(MinutesExpiration));
            Call.Set(Native.apsfetch_request_set_response_content_disposition, request, ResponseContentDisposition, nameof(ResponseContentDisposition));
            Call.Set(Native.apsfetch_request_set_response_content_type, request, ResponseContentType, nameof(ResponseContentType));
            Call.Set(Native.apsfetch_request_set_response_cache_control, request, ResponseCacheControl, nameof(ResponseCacheControl));
            Call.Set(Native.apsfetch_request_set_if_none_match, request, IfNoneMatch, nameof(IfNoneMatch));
            // "R" is the form of HTTP dates, in UTC.
            var since = IfModifiedSince?.ToString("R", CultureInfo.InvariantCulture);
            Call.Set(Native.apsfetch_request_set_if_modified_since, request, since, nameof(IfModifiedSince));
            Call.Set(Native.apsfetch_request_set_public_resource_fallback, request, PublicResourceFallback);
            Call.Set(Native.apsfetch_request_set_use_cdn, request, UseCdn);
        }
    }

    /// <summary>A URL that your own backend has signed, sent byte for byte. It needs no access token.</summary>
    public sealed class UrlRequest : ApsRequest
    {
        /// <param name="url">The URL. A string and not a <see cref="Uri"/>, which would "repair" escapes and break
        /// the signature.</param>
        /// <param name="path">The file to make; null for memory.</param>
        public UrlRequest(string url, string path = null)
        {
            Url = url ?? throw new ArgumentNullException(nameof(url));
            Path = path;
        }

        /// <summary>The URL.</summary>
        public string Url { get; }

        /// <summary>The URL works for one single GET, so it is fetched in one piece and never twice.</summary>
        public bool SingleUse { get; set; }

        /// <summary>Headers to send along, such as a cookie, to the URL's own host only.</summary>
        public IDictionary<string, string> Headers { get; } =
            new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

        internal override unsafe RequestHandle NewHandle()
        {
            fixed (byte* url = Text.Encode(Url, nameof(Url)))
            {
                Call.Check(Native.apsfetch_request_new_url(url, out var request, out var error), error);
                return request;
            }
        }

        internal override unsafe void SetOptions(RequestHandle request)
        {
            Call.Set(Native.apsfetch_request_set_single_use, request, SingleUse);
            foreach (var header in Headers)
            {
                fixed (byte* name = Text.Encode(header.Key, nameof(Headers)),
                    value = Text.Encode(header.Value, nameof(Headers)))
                {
                    Call.Check(Native.apsfetch_request_add_header(request, name, value, out var error), error);
                }
            }
        }
    }
}
