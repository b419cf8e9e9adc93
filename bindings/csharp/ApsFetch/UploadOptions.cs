using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>How a file is uploaded. What is null has the library's default.</summary>
    public sealed class UploadOptions
    {
        /// <summary>The media type of the file; "application/octet-stream" by default.</summary>
        public string ContentType { get; set; }

        /// <summary>The URL works once: <see cref="ApsClient.Upload"/> then never sends a second request after one that
        /// may have arrived, and <see cref="ApsClient.UploadObject"/> asks for such a URL.</summary>
        public bool SingleUse { get; set; }

        /// <summary>How many minutes the URL that <see cref="ApsClient.UploadObject"/> asks for works; 60 by
        /// default. An upload that has begun by then goes on.</summary>
        public int? MinutesExpiration { get; set; }

        internal unsafe UploadOptionsHandle ToHandle()
        {
            Call.Check(Native.apsfetch_upload_options_new(out var options, out var error), error);
            try
            {
                Call.Set(Native.apsfetch_upload_options_set_content_type, options, ContentType, nameof(ContentType));
                Call.Set(Native.apsfetch_upload_options_set_single_use, options, SingleUse);
                Call.Set(Native.apsfetch_upload_options_set_minutes_expiration, options, MinutesExpiration, nameof(MinutesExpiration));
                return options;
            }
            catch
            {
                options.Dispose();
                throw;
            }
        }
    }

    /// <summary>What the service said when the file was stored. Texts are null where it said nothing.</summary>
    public sealed unsafe class UploadResult
    {
        internal UploadResult(UploadResultHandle result)
        {
            Bytes = (long)Native.apsfetch_upload_result_bytes(result);
            HttpStatus = Native.apsfetch_upload_result_http_status(result);
            ETag = Text.Decode(Native.apsfetch_upload_result_etag(result));
            ObjectId = Text.Decode(Native.apsfetch_upload_result_object_id(result));
            ObjectKey = Text.Decode(Native.apsfetch_upload_result_object_key(result));
            Sha1 = Text.Decode(Native.apsfetch_upload_result_sha1(result));
        }

        /// <summary>The size of the file in bytes.</summary>
        public long Bytes { get; }

        /// <summary>The HTTP status of the reply, 200 to 299.</summary>
        public int HttpStatus { get; }

        /// <summary>The reply's <c>ETag</c>.</summary>
        public string ETag { get; }

        /// <summary>The object's URN, which a translation is started with.</summary>
        public string ObjectId { get; }

        /// <summary>The object's key.</summary>
        public string ObjectKey { get; }

        /// <summary>The SHA-1 the service gives, as 40 hex digits. It is the one of the bytes that were sent.</summary>
        public string Sha1 { get; }
    }
}
