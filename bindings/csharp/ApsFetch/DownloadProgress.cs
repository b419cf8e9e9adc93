using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>What a job is doing.</summary>
    public enum JobState
    {
        /// <summary>Signing, and downloading or uploading.</summary>
        Running = 1,
        /// <summary>Standing still until there is an access token.</summary>
        WaitingForToken = 2,
        /// <summary>Over: every item has its result.</summary>
        Finished = 3
    }

    /// <summary>How far a job has come. All counts only describe; the results say what became of each item.</summary>
    public sealed class DownloadProgress
    {
        internal DownloadProgress(NativeProgress progress)
        {
            State = (JobState)progress.State;
            ItemsTotal = (long)progress.ItemsTotal;
            ItemsFinished = (long)progress.ItemsFinished;
            ItemsFailed = (long)progress.ItemsFailed;
            ItemsSized = (long)progress.ItemsSized;
            BytesDone = (long)progress.BytesDone;
            BytesTotal = (long)progress.BytesTotal;
            Connections = (long)progress.Connections;
            Retries = (long)progress.Retries;
        }

        /// <summary>What the job is doing.</summary>
        public JobState State { get; }

        /// <summary>Items in the job.</summary>
        public long ItemsTotal { get; }

        /// <summary>Items that are over, whatever became of them.</summary>
        public long ItemsFinished { get; }

        /// <summary>Items of these that failed.</summary>
        public long ItemsFailed { get; }

        /// <summary>Items whose size is known; when it equals <see cref="ItemsTotal"/>, <see cref="BytesTotal"/> is
        /// final.</summary>
        public long ItemsSized { get; }

        /// <summary>Bytes that have arrived and are part of a file. It falls when a file has to start over.</summary>
        public long BytesDone { get; }

        /// <summary>Bytes of all items whose size is known so far.</summary>
        public long BytesTotal { get; }

        /// <summary>Connections that are transferring at this moment.</summary>
        public long Connections { get; }

        /// <summary>Requests that had to be sent again.</summary>
        public long Retries { get; }

        /// <inheritdoc/>
        public override string ToString() =>
            $"{State}: {BytesDone} of {BytesTotal} bytes, {ItemsFinished} of {ItemsTotal} items";
    }

    /// <summary>How far one item of a job has come.</summary>
    public struct ItemProgress
    {
        internal ItemProgress(int index, ApsRequest request, long bytesDone, long? bytesTotal, bool isFinished)
        {
            Index = index;
            Request = request;
            BytesDone = bytesDone;
            BytesTotal = bytesTotal;
            IsFinished = isFinished;
        }

        /// <summary>Its place in the requests.</summary>
        public int Index { get; }

        /// <summary>What was asked for. Null for a file of a plan.</summary>
        public ApsRequest Request { get; }

        /// <summary>Bytes that have arrived and are part of its file.</summary>
        public long BytesDone { get; }

        /// <summary>Its size in bytes; null as long as it is not known.</summary>
        public long? BytesTotal { get; }

        /// <summary>Whether it is over, whatever became of it.</summary>
        public bool IsFinished { get; }
    }
}
