using System;
using System.Runtime.InteropServices;
using System.Threading;
using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>What became of one item of a job.</summary>
    public enum ItemStatus
    {
        /// <summary>It failed; see <see cref="DownloadResult.Error"/>.</summary>
        Failed = 0,
        /// <summary>The file was downloaded and is complete.</summary>
        Downloaded = 1,
        /// <summary>Not modified since the version the request named; the target was left alone.</summary>
        NotModified = 2,
        /// <summary>The target existed and the request says to keep it.</summary>
        Kept = 3
    }

    /// <summary>How the bytes of a file were checked.</summary>
    public enum Verification
    {
        /// <summary>Nothing was downloaded, so nothing was checked.</summary>
        None = 0,
        /// <summary>The number of bytes was checked, and that all of them are of one version of the file.</summary>
        Size = 1,
        /// <summary>The SHA-1 was checked as well.</summary>
        Sha1 = 2
    }

    /// <summary>The result of one item, failed or not.</summary>
    public sealed class DownloadResult
    {
        internal DownloadResult(ApsRequest request, ApsException error)
        {
            Request = request;
            Error = error;
        }

        internal unsafe DownloadResult(ApsRequest request, ResultHandle result)
        {
            Request = request;
            Status = (ItemStatus)Native.apsfetch_result_status(result);
            Path = Text.Decode(Native.apsfetch_result_path(result));
            var data = Native.apsfetch_result_data(result);
            if (data != null)
            {
                Data = new byte[checked((int)Native.apsfetch_result_data_size(result))];
                Marshal.Copy((IntPtr)data, Data, 0, Data.Length);
            }
            Bytes = (long)Native.apsfetch_result_bytes(result);
            ResumedBytes = (long)Native.apsfetch_result_resumed_bytes(result);
            Verification = (Verification)Native.apsfetch_result_verification(result);
            Sha1 = Text.Decode(Native.apsfetch_result_sha1(result));
            ETag = Text.Decode(Native.apsfetch_result_etag(result));
            ContentType = Text.Decode(Native.apsfetch_result_content_type(result));
            Parts = (long)Native.apsfetch_result_parts(result);
            Retries = (long)Native.apsfetch_result_retries(result);
            Elapsed = TimeSpan.FromMilliseconds(Native.apsfetch_result_elapsed_ms(result));
        }

        /// <summary>The request this is the result of; null for a file of a <see cref="FolderPlan"/>.</summary>
        public ApsRequest Request { get; }

        /// <summary>What became of the item.</summary>
        public ItemStatus Status { get; }

        /// <summary>Why the item failed; null if it did not.</summary>
        public ApsException Error { get; }

        /// <summary>Whether the item did not fail.</summary>
        public bool IsSuccess => Error == null;

        /// <summary>The absolute path of the file; null for an item in memory.</summary>
        public string Path { get; }

        /// <summary>The bytes of an item in memory; null for a file, and for an item that was not
        /// downloaded.</summary>
        public byte[] Data { get; }

        /// <summary>The size of the file in bytes.</summary>
        public long Bytes { get; }

        /// <summary>Bytes of it that an earlier run had written, in a part file beside the target.</summary>
        public long ResumedBytes { get; }

        /// <summary>How the bytes were checked.</summary>
        public Verification Verification { get; }

        /// <summary>The SHA-1 that was checked, as 40 hex digits; null if none was.</summary>
        public string Sha1 { get; }

        /// <summary>The version's ETag, for <see cref="ObjectRequest.IfNoneMatch"/> the next time; null if there was
        /// none.</summary>
        public string ETag { get; }

        /// <summary>The media type; null if it is not known.</summary>
        public string ContentType { get; }

        /// <summary>How many requests brought data.</summary>
        public long Parts { get; }

        /// <summary>How many requests had to be sent again.</summary>
        public long Retries { get; }

        /// <summary>From the opening of the target to its completion.</summary>
        public TimeSpan Elapsed { get; }

        /// <summary>Throws the error if the item failed, and gives back the result if not.</summary>
        /// <exception cref="ApsException">The item failed.</exception>
        /// <exception cref="OperationCanceledException">The item was cancelled.</exception>
        public DownloadResult EnsureSuccess()
        {
            if (Error != null)
            {
                throw Error.AsThrown(CancellationToken.None);
            }
            return this;
        }
    }
}
