using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>How far an upload has come.</summary>
    public sealed class UploadProgress
    {
        internal UploadProgress(NativeProgress progress)
        {
            State = (JobState)progress.State;
            BytesSent = (long)progress.BytesDone;
            BytesTotal = (long)progress.BytesTotal;
            Retries = (long)progress.Retries;
        }

        /// <summary>What the upload is doing. While its URL is signed, it is running, and nothing is sent.</summary>
        public JobState State { get; }

        /// <summary>Bytes that have been sent. It never falls, also when the file has to be sent again.</summary>
        public long BytesSent { get; }

        /// <summary>The size of the file in bytes.</summary>
        public long BytesTotal { get; }

        /// <summary>Requests that had to be sent again.</summary>
        public long Retries { get; }

        /// <inheritdoc/>
        public override string ToString() => $"{State}: {BytesSent} of {BytesTotal} bytes";
    }
}
