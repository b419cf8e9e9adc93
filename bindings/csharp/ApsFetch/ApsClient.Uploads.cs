using System;
using System.Threading;
using System.Threading.Tasks;
using ApsFetch.Interop;

namespace ApsFetch
{
    // There is no progress of uploads: the library tells it by a callback only, and none crosses the boundary.
    public sealed partial class ApsClient
    {
        /// <summary>Uploads a file as an object, which replaces one of this key. It needs the scope
        /// <c>data:write</c>.</summary>
        /// <exception cref="ApsFileException">The file could not be read.</exception>
        /// <exception cref="OperationCanceledException">It was cancelled and nothing stored; but one that is cancelled in its
        /// last moment may have been stored already.</exception>
        public unsafe UploadResult UploadObject(
            string bucketKey,
            string objectKey,
            string path,
            UploadOptions options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            var bucket = Text.Encode(bucketKey, nameof(bucketKey));
            var key = Text.Encode(objectKey, nameof(objectKey));
            var source = Text.Utf16(path, nameof(path));
            return Blocking(
                cancel =>
                {
                    using (var handle = (options ?? new UploadOptions()).ToHandle())
                    {
                        fixed (byte* b = bucket, k = key)
                        {
                            fixed (char* file = source)
                            {
                                Call.Check(
                                    Native.apsfetch_upload_object_utf16(_impatient, b, k, file, handle, IntPtr.Zero, null, cancel, out var result, out var error),
                                    error);
                                return ToResult(result);
                            }
                        }
                    }
                },
                cancellationToken);
        }

        /// <summary><see cref="UploadObject"/> on a thread of the pool.</summary>
        public Task<UploadResult> UploadObjectAsync(
            string bucketKey,
            string objectKey,
            string path,
            UploadOptions options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return Task.Run(() => UploadObject(bucketKey, objectKey, path, options, cancellationToken), cancellationToken);
        }

        /// <summary>Uploads a file to a URL with write access, such as <see cref="CreateSignedUrl"/> gives. It needs no
        /// access token, and none is sent to the URL.</summary>
        public unsafe UploadResult Upload(
            string url,
            string path,
            UploadOptions options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            var address = Text.Encode(url, nameof(url));
            var source = Text.Utf16(path, nameof(path));
            return Blocking(
                cancel =>
                {
                    using (var handle = (options ?? new UploadOptions()).ToHandle())
                    {
                        fixed (byte* u = address)
                        {
                            fixed (char* file = source)
                            {
                                Call.Check(
                                    Native.apsfetch_upload_utf16(_impatient, u, file, handle, IntPtr.Zero, null, cancel, out var result, out var error),
                                    error);
                                return ToResult(result);
                            }
                        }
                    }
                },
                cancellationToken);
        }

        /// <summary><see cref="Upload"/> on a thread of the pool.</summary>
        public Task<UploadResult> UploadAsync(
            string url,
            string path,
            UploadOptions options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return Task.Run(() => Upload(url, path, options, cancellationToken), cancellationToken);
        }

        private static UploadResult ToResult(UploadResultHandle result)
        {
            using (result)
            {
                return new UploadResult(result);
            }
        }
    }
}
