using System;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using ApsFetch.Interop;

namespace ApsFetch
{
    // Whole designs and prefixes of buckets into folders.
    public sealed partial class ApsClient
    {
        /// <summary>Plans to download the derivatives of a design into a folder: gives each its name, makes the folders
        /// and notes the names in the folder's listing. Nothing is sent. What cannot be downloaded is in the plan as
        /// skipped.</summary>
        public unsafe FolderPlan PlanDesign(Manifest manifest, string folder, DesignFilter filter = null)
        {
            if (manifest == null)
            {
                throw new ArgumentNullException(nameof(manifest));
            }
            Text.NoZero(folder, nameof(folder));
            using (var m = manifest.ToHandle())
            using (var f = (filter ?? new DesignFilter()).ToHandle())
            {
                fixed (char* path = folder)
                {
                    Call.Check(Native.apsfetch_plan_design_utf16(Handle, m, f, path, out var plan, out var error), error);
                    return new FolderPlan(plan);
                }
            }
        }

        /// <summary>Plans to download objects into a folder, in the same manner. The bucket is listed first; objects that
        /// lie in the folder already, unchanged on both sides, are in the plan as unchanged.</summary>
        public unsafe FolderPlan PlanObjects(
            string bucketKey,
            string folder,
            ObjectFilter filter = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            var bucket = Text.Encode(bucketKey, nameof(bucketKey));
            var target = Text.Utf16(folder, nameof(folder));
            return Blocking(
                cancel =>
                {
                    using (var f = (filter ?? new ObjectFilter()).ToHandle())
                    {
                        fixed (byte* b = bucket)
                        {
                            fixed (char* path = target)
                            {
                                Call.Check(
                                    Native.apsfetch_plan_objects_utf16(Handle, b, f, path, cancel, out var plan, out var error),
                                    error);
                                return new FolderPlan(plan);
                            }
                        }
                    }
                },
                cancellationToken);
        }

        /// <summary><see cref="PlanObjects"/> on a thread of the pool.</summary>
        public Task<FolderPlan> PlanObjectsAsync(
            string bucketKey,
            string folder,
            ObjectFilter filter = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return Task.Run(() => PlanObjects(bucketKey, folder, filter, cancellationToken), cancellationToken);
        }

        /// <summary>Starts to download the planned files, in their order, as one job. When it is over, or before,
        /// <see cref="FolderPlan.Record"/> notes the results.</summary>
        public ApsJob Start(FolderPlan plan)
        {
            if (plan == null)
            {
                throw new ArgumentNullException(nameof(plan));
            }
            Call.Check(Native.apsfetch_plan_start(Handle, plan.Handle, out var job, out var error), error);
            return new ApsJob(job, new ApsRequest[Numbers.Count(Native.apsfetch_job_count(job))], _tokens);
        }

        /// <summary>Downloads what is planned, and notes what became of it in the folder's listing. One file that
        /// fails does not stop the others and throws nothing: look at <see cref="FolderFile.Error"/> of each, or call
        /// <see cref="FolderOutcome.EnsureSuccess"/>.</summary>
        /// <exception cref="OperationCanceledException">It was cancelled. The next time goes on where it was.</exception>
        public async Task<FolderOutcome> DownloadAsync(
            FolderPlan plan,
            IProgress<DownloadProgress> progress = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using (var job = Start(plan))
            {
                await job.RunAsync(new Notes(plan, job, progress), null, cancellationToken).ConfigureAwait(false);
                return Finish(plan, job, cancellationToken);
            }
        }

        /// <summary><see cref="DownloadAsync(FolderPlan, IProgress{DownloadProgress}, CancellationToken)"/> for a thread
        /// that has time to wait. <paramref name="progress"/> is told on that thread.</summary>
        public FolderOutcome Download(
            FolderPlan plan,
            IProgress<DownloadProgress> progress = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using (var job = Start(plan))
            {
                job.Run(new Notes(plan, job, progress), null, cancellationToken);
                return Finish(plan, job, cancellationToken);
            }
        }

        /// <summary>Downloads the derivatives of a design into a folder. Files that are unchanged since the last time
        /// are not downloaded again.</summary>
        /// <param name="urn">The design's, in URL-safe base64 or plain.</param>
        /// <param name="folder">The folder; it is made if it is not there.</param>
        /// <param name="filter">Which derivatives; all by default.</param>
        /// <param name="progress">Is told about ten times a second and once at the end.</param>
        /// <param name="cancellationToken">Breaks it off; the next time goes on.</param>
        /// <exception cref="ApsNotReadyException">The translation has not ended.</exception>
        /// <exception cref="ApsHttpException">With <see cref="ApsStatus.Refused"/>: the translation failed and left
        /// nothing to download.</exception>
        public async Task<FolderOutcome> DownloadDesignAsync(
            string urn,
            string folder,
            DesignFilter filter = null,
            IProgress<DownloadProgress> progress = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            var manifest = await GetManifestAsync(urn, cancellationToken).ConfigureAwait(false);
            using (var plan = PlanFinished(manifest, folder, filter))
            {
                return await DownloadAsync(plan, progress, cancellationToken).ConfigureAwait(false);
            }
        }

        /// <summary><see cref="DownloadDesignAsync"/> for a thread that has time to wait.</summary>
        public FolderOutcome DownloadDesign(
            string urn,
            string folder,
            DesignFilter filter = null,
            IProgress<DownloadProgress> progress = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            using (var plan = PlanFinished(GetManifest(urn, cancellationToken), folder, filter))
            {
                return Download(plan, progress, cancellationToken);
            }
        }

        /// <summary>Downloads objects of a bucket into a folder. Files that are unchanged since the last time are not
        /// downloaded again.</summary>
        /// <param name="bucketKey">The bucket's key.</param>
        /// <param name="folder">The folder; it is made if it is not there.</param>
        /// <param name="filter">Which objects; all by default.</param>
        /// <param name="progress">Is told about ten times a second and once at the end.</param>
        /// <param name="cancellationToken">Breaks it off; the next time goes on.</param>
        public async Task<FolderOutcome> DownloadObjectsAsync(
            string bucketKey,
            string folder,
            ObjectFilter filter = null,
            IProgress<DownloadProgress> progress = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            using (var plan = await PlanObjectsAsync(bucketKey, folder, filter, cancellationToken).ConfigureAwait(false))
            {
                return await DownloadAsync(plan, progress, cancellationToken).ConfigureAwait(false);
            }
        }

        /// <summary><see cref="DownloadObjectsAsync"/> for a thread that has time to wait.</summary>
        public FolderOutcome DownloadObjects(
            string bucketKey,
            string folder,
            ObjectFilter filter = null,
            IProgress<DownloadProgress> progress = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            using (var plan = PlanObjects(bucketKey, folder, filter, cancellationToken))
            {
                return Download(plan, progress, cancellationToken);
            }
        }

        private FolderPlan PlanFinished(Manifest manifest, string folder, DesignFilter filter)
        {
            if (manifest.Status == TranslationStatus.Pending || manifest.Status == TranslationStatus.InProgress)
            {
                throw ApsException.From(new ErrorDetails(ApsStatus.NotReady,
                    "The translation of the design is not over. Wait for its manifest first, then download it."));
            }
            var plan = PlanDesign(manifest, folder, filter);
            var failed = manifest.Status == TranslationStatus.Failed || manifest.Status == TranslationStatus.Timeout;
            if (failed && plan.Files.All(file => file.Status == FileStatus.Skipped))
            {
                plan.Dispose();
                var why = manifest.FirstError?.Text ?? "no reason given";
                throw ApsException.From(new ErrorDetails(ApsStatus.Refused,
                    $"APS could not translate the design, so there is nothing to download: \"{why}\"."));
            }
            return plan;
        }

        private static FolderOutcome Finish(FolderPlan plan, ApsJob job, CancellationToken cancellationToken)
        {
            // Noted first: what was complete before somebody cancelled is not downloaded again.
            var outcome = plan.Record(job);
            job.Finish(cancellationToken);
            return outcome;
        }

        /// <summary>Notes now and then what is complete, so that a program that is killed has not downloaded in
        /// vain, and passes the progress on.</summary>
        private sealed class Notes : IProgress<DownloadProgress>
        {
            private const long MillisecondsBetween = 5000;

            private readonly FolderPlan _plan;
            private readonly ApsJob _job;
            private readonly IProgress<DownloadProgress> _progress;
            private readonly Stopwatch _since = Stopwatch.StartNew();
            private long _noted;

            internal Notes(FolderPlan plan, ApsJob job, IProgress<DownloadProgress> progress)
            {
                _plan = plan;
                _job = job;
                _progress = progress;
            }

            public void Report(DownloadProgress now)
            {
                if (_since.ElapsedMilliseconds >= MillisecondsBetween && now.ItemsFinished != _noted)
                {
                    _since.Restart();
                    _noted = now.ItemsFinished;
                    try
                    {
                        _plan.Record(_job);
                    }
                    catch (ApsException)
                    {
                        // The one at the end counts.
                    }
                }
                _progress?.Report(now);
            }
        }
    }
}
