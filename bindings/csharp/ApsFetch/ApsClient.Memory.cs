using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace ApsFetch
{
    // Downloads of small files into memory.
    public sealed partial class ApsClient
    {
        /// <summary>The bytes of one file, which is not written anywhere. It fails if there are more than
        /// <see cref="ApsRequest.MaxMemoryBytes"/> of the request, 64 MiB if that is null; its path has no meaning
        /// here. Null if the request asks for another version only, and there is none
        /// (<see cref="ItemStatus.NotModified"/>).</summary>
        /// <exception cref="ApsException">The download failed.</exception>
        public async Task<byte[]> ReadBytesAsync(
            ApsRequest request,
            IProgress<DownloadProgress> progress = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            var result = await DownloadAsync(One(request)[0].IntoMemory(), progress, cancellationToken).ConfigureAwait(false);
            return result.Data;
        }

        /// <summary><see cref="ReadBytesAsync"/> for a thread that has time to wait. <paramref name="progress"/> is told on
        /// that thread.</summary>
        public byte[] ReadBytes(
            ApsRequest request,
            IProgress<DownloadProgress> progress = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return Download(One(request)[0].IntoMemory(), progress, cancellationToken).Data;
        }

        /// <summary>The bytes of <see cref="ReadBytesAsync"/> as a stream to read, for parsers. It is complete and verified
        /// when you get it, and holds no connection. Null where those are null.</summary>
        public async Task<Stream> OpenReadAsync(
            ApsRequest request,
            IProgress<DownloadProgress> progress = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            var bytes = await ReadBytesAsync(request, progress, cancellationToken).ConfigureAwait(false);
            return ToStream(bytes);
        }

        /// <summary><see cref="OpenReadAsync"/> for a thread that has time to wait. <paramref name="progress"/> is told on that
        /// thread.</summary>
        public Stream OpenRead(
            ApsRequest request,
            IProgress<DownloadProgress> progress = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return ToStream(ReadBytes(request, progress, cancellationToken));
        }

        private static Stream ToStream(byte[] bytes)
        {
            return bytes == null ? null : new MemoryStream(bytes, false);
        }
    }
}
