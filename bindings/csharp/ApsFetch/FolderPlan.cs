using System;
using System.Collections.Generic;
using System.Linq;
using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>What became, or is to become, of a file of a folder.</summary>
    public enum FileStatus
    {
        /// <summary>It is to be downloaded, or to be asked for whether it has changed.</summary>
        Planned = 1,
        /// <summary>It was downloaded and is complete.</summary>
        Downloaded = 2,
        /// <summary>The one that is there is still the one that APS has.</summary>
        Unchanged = 3,
        /// <summary>It could not be downloaded; the error says why.</summary>
        Failed = 4,
        /// <summary>It is not one that can be downloaded; the reason says why.</summary>
        Skipped = 5
    }

    /// <summary>
    /// Many files into one folder: which file goes where, under which safe name, before anything is downloaded. Start
    /// it with <see cref="ApsClient.Start(FolderPlan)"/>, and note what became of it with <see cref="Record"/>; or do
    /// both at once with <see cref="ApsClient.DownloadAsync(FolderPlan, IProgress{DownloadProgress}, System.Threading.CancellationToken)"/>.
    /// </summary>
    public sealed unsafe class FolderPlan : IDisposable
    {
        private readonly PlanHandle _handle;

        internal FolderPlan(PlanHandle plan)
        {
            _handle = plan;
            Folder = Text.Decode(Native.apsfetch_plan_folder(plan));
            Listing = Text.Decode(Native.apsfetch_plan_listing(plan));
            Files = Enumerable.Range(0, Numbers.Count(Native.apsfetch_plan_count(plan)))
                .Select(index => new PlannedFile(plan, Numbers.Index(index)))
                .ToList();
        }

        internal PlanHandle Handle => _handle.Of(this);

        /// <summary>The folder, as an absolute path.</summary>
        public string Folder { get; }

        /// <summary>The absolute path of the folder's listing, "apsfetch-listing.json". It lets the next run leave out
        /// what is unchanged.</summary>
        public string Listing { get; }

        /// <summary>The files to download, and those that are unchanged, skipped or failed already.</summary>
        public IReadOnlyList<PlannedFile> Files { get; }

        /// <summary>Notes in the folder's listing what became of the files, and says it.</summary>
        /// <param name="job">The one that was started for this plan. While it runs, files that are not over are
        /// <see cref="FileStatus.Planned"/>.</param>
        public FolderOutcome Record(ApsJob job)
        {
            if (job == null)
            {
                throw new ArgumentNullException(nameof(job));
            }
            Call.Check(Native.apsfetch_plan_record(Handle, job.Handle, out var outcome, out var error), error);
            using (outcome)
            {
                return new FolderOutcome(outcome);
            }
        }

        /// <summary>Frees the plan. Its job goes on.</summary>
        public void Dispose() => _handle.Dispose();
    }

    /// <summary>One file of a plan.</summary>
    public sealed unsafe class PlannedFile
    {
        internal PlannedFile(PlanHandle plan, UIntPtr index)
        {
            Id = Text.Decode(Native.apsfetch_plan_file_id(plan, index));
            RelativePath = Text.Decode(Native.apsfetch_plan_file_relative_path(plan, index));
            Size = Numbers.Known(Native.apsfetch_plan_file_size(plan, index));
            Status = (FileStatus)Native.apsfetch_plan_file_status(plan, index);
            Reason = Text.Decode(Native.apsfetch_plan_file_reason(plan, index));
            JobIndex = (int?)Numbers.Known(Native.apsfetch_plan_file_job_index(plan, index));
            Error = ApsException.IfAny(Native.apsfetch_plan_file_error(plan, index, out var error), error);
        }

        /// <summary>The derivative's URN, or the object's key. A part of a design without a URN goes by its GUID or its
        /// name.</summary>
        public string Id { get; }

        /// <summary>Where the file goes, below the folder and with "/" between names; null for most skipped
        /// ones.</summary>
        public string RelativePath { get; }

        /// <summary>The size in bytes, or null if it is not known yet: APS tells it for objects only.</summary>
        public long? Size { get; }

        /// <summary>Planned, unchanged, skipped or failed.</summary>
        public FileStatus Status { get; }

        /// <summary>Why the file is skipped, or null.</summary>
        public string Reason { get; }

        /// <summary>Why a file has failed already: there can be no such file here. Null for others.</summary>
        public ApsException Error { get; }

        /// <summary>The index of a planned file's item in the job; null for a file that is not planned.</summary>
        public int? JobIndex { get; }
    }
}
