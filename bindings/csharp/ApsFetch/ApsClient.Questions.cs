using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using ApsFetch.Interop;

namespace ApsFetch
{
    // What APS is asked without downloading anything.
    public sealed partial class ApsClient
    {
        /// <summary>Asks what APS says of a derivative before it is downloaded, by "Check Derivative Details". While it
        /// is not translated yet, the question is repeated with growing pauses.</summary>
        /// <param name="derivative">The derivative; a target is not needed.</param>
        /// <param name="wait">How long the question is repeated: not at all by default,
        /// <see cref="Timeout.InfiniteTimeSpan"/> for however long it takes.</param>
        /// <param name="cancellationToken">Ends the wait.</param>
        /// <exception cref="ApsNotReadyException">It is not translated yet.</exception>
        public DerivativeDetails GetDetails(
            DerivativeRequest derivative,
            TimeSpan? wait = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            var list = One(derivative);
            var milliseconds = Numbers.Milliseconds(wait ?? TimeSpan.Zero, nameof(wait));
            return Blocking(
                cancel =>
                {
                    using (var request = list[0].ToHandle())
                    {
                        Call.Check(
                            Native.apsfetch_details_fetch(Handle, request, milliseconds, cancel, out var details, out var error),
                            error);
                        using (details)
                        {
                            return new DerivativeDetails(details);
                        }
                    }
                },
                cancellationToken);
        }

        /// <summary><see cref="GetDetails"/> on a thread of the pool.</summary>
        public Task<DerivativeDetails> GetDetailsAsync(
            DerivativeRequest derivative,
            TimeSpan? wait = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return Task.Run(() => GetDetails(derivative, wait, cancellationToken), cancellationToken);
        }

        /// <summary>Creates an OSS signed URL for one object, to be given to somebody who has no token. It needs the
        /// scope <c>data:write</c>.</summary>
        /// <param name="bucketKey">The bucket's key.</param>
        /// <param name="objectKey">The object's key, not percent-encoded. To be written it need not exist yet.</param>
        /// <param name="access">What the URL is for.</param>
        /// <param name="useCdn">Asks for a CloudFront URL.</param>
        /// <param name="minutesExpiration">How many minutes it works; 60 by default.</param>
        /// <param name="singleUse">It works once only.</param>
        /// <param name="cancellationToken">Ends the wait.</param>
        public unsafe OssUrl CreateSignedUrl(
            string bucketKey,
            string objectKey,
            UrlAccess access = UrlAccess.Read,
            bool useCdn = false,
            int? minutesExpiration = null,
            bool singleUse = false,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            var bucket = Text.Encode(bucketKey, nameof(bucketKey));
            var key = Text.Encode(objectKey, nameof(objectKey));
            if (minutesExpiration <= 0)
            {
                throw new ArgumentOutOfRangeException(nameof(minutesExpiration), minutesExpiration, "It must be positive.");
            }
            return Blocking(
                cancel =>
                {
                    fixed (byte* b = bucket, k = key)
                    {
                        Call.Check(
                            Native.apsfetch_create_signed_url(Handle, b, k, (int)access, useCdn ? 1 : 0,
                                (uint)(minutesExpiration ?? 0), singleUse ? 1 : 0, cancel, out var url, out var error),
                            error);
                        using (url)
                        {
                            return new OssUrl(url);
                        }
                    }
                },
                cancellationToken);
        }

        /// <summary><see cref="CreateSignedUrl"/> on a thread of the pool.</summary>
        public Task<OssUrl> CreateSignedUrlAsync(
            string bucketKey,
            string objectKey,
            UrlAccess access = UrlAccess.Read,
            bool useCdn = false,
            int? minutesExpiration = null,
            bool singleUse = false,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return Task.Run(
                () => CreateSignedUrl(bucketKey, objectKey, access, useCdn, minutesExpiration, singleUse, cancellationToken),
                cancellationToken);
        }

        /// <summary>Lists a bucket, all pages. For a bucket of millions, <see cref="ListObjectsPage"/> takes less
        /// memory.</summary>
        public unsafe IReadOnlyList<ObjectInfo> ListObjects(
            string bucketKey,
            ListOptions options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            var bucket = Text.Encode(bucketKey, nameof(bucketKey));
            return Blocking(
                cancel =>
                {
                    using (var handle = (options ?? new ListOptions()).ToHandle())
                    {
                        fixed (byte* b = bucket)
                        {
                            Call.Check(
                                Native.apsfetch_list_objects(Handle, b, handle, cancel, out var objects, out var error),
                                error);
                            using (objects)
                            {
                                return ObjectInfo.All(objects);
                            }
                        }
                    }
                },
                cancellationToken);
        }

        /// <summary><see cref="ListObjects"/> on a thread of the pool.</summary>
        public Task<IReadOnlyList<ObjectInfo>> ListObjectsAsync(
            string bucketKey,
            ListOptions options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return Task.Run(() => ListObjects(bucketKey, options, cancellationToken), cancellationToken);
        }

        /// <summary>Lists one page of a bucket.</summary>
        /// <param name="bucketKey">The bucket's key.</param>
        /// <param name="options">The same for each page.</param>
        /// <param name="page">Null for the first one, then <see cref="ObjectPage.Next"/> of the page before.</param>
        /// <param name="cancellationToken">Ends the wait.</param>
        public unsafe ObjectPage ListObjectsPage(
            string bucketKey,
            ListOptions options = null,
            string page = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            var bucket = Text.Encode(bucketKey, nameof(bucketKey));
            var next = page == null ? null : Text.Encode(page, nameof(page));
            return Blocking(
                cancel =>
                {
                    using (var handle = (options ?? new ListOptions()).ToHandle())
                    {
                        fixed (byte* b = bucket, p = next)
                        {
                            Call.Check(
                                Native.apsfetch_list_objects_page(Handle, b, handle, p, cancel, out var objects, out var error),
                                error);
                            using (objects)
                            {
                                return new ObjectPage(objects);
                            }
                        }
                    }
                },
                cancellationToken);
        }

        /// <summary><see cref="ListObjectsPage"/> on a thread of the pool.</summary>
        public Task<ObjectPage> ListObjectsPageAsync(
            string bucketKey,
            ListOptions options = null,
            string page = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return Task.Run(() => ListObjectsPage(bucketKey, options, page, cancellationToken), cancellationToken);
        }

        /// <summary>Asks for the details of one object.</summary>
        /// <exception cref="ApsNotFoundException">There is no such object.</exception>
        public unsafe ObjectInfo GetObjectDetails(
            string bucketKey,
            string objectKey,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            var bucket = Text.Encode(bucketKey, nameof(bucketKey));
            var key = Text.Encode(objectKey, nameof(objectKey));
            return Blocking(
                cancel =>
                {
                    fixed (byte* b = bucket, k = key)
                    {
                        Call.Check(
                            Native.apsfetch_object_details(Handle, b, k, cancel, out var objects, out var error),
                            error);
                        using (objects)
                        {
                            return ObjectInfo.All(objects)[0];
                        }
                    }
                },
                cancellationToken);
        }

        /// <summary><see cref="GetObjectDetails"/> on a thread of the pool.</summary>
        public Task<ObjectInfo> GetObjectDetailsAsync(
            string bucketKey,
            string objectKey,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return Task.Run(() => GetObjectDetails(bucketKey, objectKey, cancellationToken), cancellationToken);
        }
    }
}
