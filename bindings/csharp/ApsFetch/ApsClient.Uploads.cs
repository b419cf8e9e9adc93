using System;
using System.Threading;
using System.Threading.Tasks;
using ApsFetch.Interop;

namespace ApsFetch
{
    // Files to signed URLs, and as objects.
    public sealed partial class ApsClient
    {
        /// <summary>Uploads a file as an object, which replaces one of this key. It needs the scope <c>data:write</c>. It
        /// holds no thread while it waits.</summary>
        /// <param name="bucketKey">The bucket's key.</param>
        /// <param name="objectKey">The object's key, not percent-encoded.</param>
        /// <param name="path">The file. It is read while it is sent, so it may be as large as it likes.</param>
        /// <param name="options">Media type and the like; null for the defaults.</param>
        /// <param name="progress">Is told about ten times a second and once at the end, on any thread. What it throws cancels
        /// the upload and is thrown.</param>
        /// <param name="cancellationToken">Cancels the upload.</param>
        /// <exception cref="ApsFileException">The file could not be read, or changed meanwhile.</exception>
        /// <exception cref="OperationCanceledException">It was cancelled and nothing stored; but one that is cancelled in its
        /// last moment may have been stored already.</exception>
        public async Task<UploadResult> UploadObjectAsync(
            string bucketKey,
            string objectKey,
            string path,
            UploadOptions options = null,
            IProgress<UploadProgress> progress = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            // The file may lie on a slow drive, which must not hold up the caller.
            using (var job = await Task.Run(() => StartUploadObject(bucketKey, objectKey, path, options)).ConfigureAwait(false))
            {
                return await job.RunAsync(progress, cancellationToken).ConfigureAwait(false);
            }
        }

        /// <summary><see cref="UploadObjectAsync"/> for a thread that has time to wait. <paramref name="progress"/> is told on
        /// that thread.</summary>
        public UploadResult UploadObject(
            string bucketKey,
            string objectKey,
            string path,
            UploadOptions options = null,
            IProgress<UploadProgress> progress = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using (var job = StartUploadObject(bucketKey, objectKey, path, options))
            {
                return job.Run(progress, cancellationToken);
            }
        }

        /// <summary>Uploads a file to a URL with write access, such as <see cref="CreateSignedUrl"/> gives. It needs no
        /// access token, and none is sent to the URL. Otherwise as <see cref="UploadObjectAsync"/>.</summary>
        public async Task<UploadResult> UploadAsync(
            string url,
            string path,
            UploadOptions options = null,
            IProgress<UploadProgress> progress = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using (var job = await Task.Run(() => StartUpload(url, path, options)).ConfigureAwait(false))
            {
                return await job.RunAsync(progress, cancellationToken).ConfigureAwait(false);
            }
        }

        /// <summary><see cref="UploadAsync"/> for a thread that has time to wait. <paramref name="progress"/> is told on that
        /// thread.</summary>
        public UploadResult Upload(
            string url,
            string path,
            UploadOptions options = null,
            IProgress<UploadProgress> progress = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using (var job = StartUpload(url, path, options))
            {
                return job.Run(progress, cancellationToken);
            }
        }

        /// <summary>Starts <see cref="UploadObject"/>, for programs that poll.</summary>
        /// <exception cref="ApsFileException">The file cannot be read.</exception>
        /// <exception cref="ApsArgumentException">It is a folder or another thing that is no file.</exception>
        public unsafe ApsUploadJob StartUploadObject(string bucketKey, string objectKey, string path, UploadOptions options = null)
        {
            var bucket = Text.Encode(bucketKey, nameof(bucketKey));
            var key = Text.Encode(objectKey, nameof(objectKey));
            Text.NoZero(path, nameof(path));
            using (var handle = (options ?? new UploadOptions()).ToHandle())
            {
                fixed (byte* b = bucket, k = key)
                {
                    fixed (char* file = path)
                    {
                        Call.Check(
                            Native.apsfetch_upload_job_start_object_utf16(Handle, b, k, file, handle, out var job, out var error),
                            error);
                        return new ApsUploadJob(job, _tokens);
                    }
                }
            }
        }

        /// <summary>Starts <see cref="Upload"/>, for programs that poll.</summary>
        /// <exception cref="ApsFileException">The file cannot be read.</exception>
        /// <exception cref="ApsArgumentException">It is a folder or another thing that is no file.</exception>
        public unsafe ApsUploadJob StartUpload(string url, string path, UploadOptions options = null)
        {
            var address = Text.Encode(url, nameof(url));
            Text.NoZero(path, nameof(path));
            using (var handle = (options ?? new UploadOptions()).ToHandle())
            {
                fixed (byte* u = address)
                {
                    fixed (char* file = path)
                    {
                        Call.Check(
                            Native.apsfetch_upload_job_start_utf16(Handle, u, file, handle, out var job, out var error), error);
                        return new ApsUploadJob(job, _tokens);
                    }
                }
            }
        }
    }
}
