using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>What became of the files of a folder.</summary>
    public sealed unsafe class FolderOutcome
    {
        internal FolderOutcome(OutcomeHandle outcome)
        {
            Folder = Text.Decode(Native.apsfetch_outcome_folder(outcome));
            Listing = Text.Decode(Native.apsfetch_outcome_listing(outcome));
            Files = Enumerable.Range(0, Numbers.Count(Native.apsfetch_outcome_count(outcome)))
                .Select(index => new FolderFile(outcome, Numbers.Index(index)))
                .ToList();
        }

        /// <summary>The folder, as an absolute path.</summary>
        public string Folder { get; }

        /// <summary>The absolute path of the folder's listing.</summary>
        public string Listing { get; }

        /// <summary>What became of each file, in the order of the plan.</summary>
        public IReadOnlyList<FolderFile> Files { get; }

        /// <summary>Whether no file failed.</summary>
        public bool IsSuccess => Files.All(file => file.Error == null);

        /// <summary>How many files have this status.</summary>
        public int Count(FileStatus status) => Files.Count(file => file.Status == status);

        /// <summary>Throws the error of the first file that failed, and gives back the outcome if none did.</summary>
        /// <exception cref="ApsException">A file failed.</exception>
        public FolderOutcome EnsureSuccess()
        {
            var failed = Files.FirstOrDefault(file => file.Error != null);
            return failed == null ? this : throw failed.Error.AsThrown(CancellationToken.None);
        }
    }

    /// <summary>What became of one file of a folder.</summary>
    public sealed unsafe class FolderFile
    {
        internal FolderFile(OutcomeHandle outcome, UIntPtr index)
        {
            Id = Text.Decode(Native.apsfetch_outcome_file_id(outcome, index));
            Path = Text.Decode(Native.apsfetch_outcome_file_path(outcome, index));
            Status = (FileStatus)Native.apsfetch_outcome_file_status(outcome, index);
            Bytes = (long)Native.apsfetch_outcome_file_bytes(outcome, index);
            ETag = Text.Decode(Native.apsfetch_outcome_file_etag(outcome, index));
            Sha1 = Text.Decode(Native.apsfetch_outcome_file_sha1(outcome, index));
            Reason = Text.Decode(Native.apsfetch_outcome_file_reason(outcome, index));
            Error = ApsException.IfAny(Native.apsfetch_outcome_file_error(outcome, index, out var error), error);
        }

        /// <summary>The derivative's URN, or the object's key.</summary>
        public string Id { get; }

        /// <summary>The absolute path where the file is, or was to be; null for most skipped ones.</summary>
        public string Path { get; }

        /// <summary>What became of it.</summary>
        public FileStatus Status { get; }

        /// <summary>The size in bytes of the file that is there, downloaded or unchanged; 0 for others.</summary>
        public long Bytes { get; }

        /// <summary>The version's ETag, or null.</summary>
        public string ETag { get; }

        /// <summary>The SHA-1 as 40 hex digits, or null.</summary>
        public string Sha1 { get; }

        /// <summary>Why the file was skipped, or null.</summary>
        public string Reason { get; }

        /// <summary>Why the file failed; null if it did not.</summary>
        public ApsException Error { get; }
    }
}
