using System;
using System.Runtime.InteropServices;

namespace ApsFetch.Interop
{
    // Whole designs and prefixes into folders.
    internal static unsafe partial class Native
    {
        // Filters of derivatives
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_design_filter_new(out DesignFilterHandle designFilter, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_design_filter_add_role(DesignFilterHandle filter, byte* role, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_design_filter_add_mime(DesignFilterHandle filter, byte* mime, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_design_filter_add_output_type(DesignFilterHandle filter, byte* outputType, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_design_filter_free(IntPtr filter);

        // Filters of objects
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_object_filter_new(out ObjectFilterHandle objectFilter, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_object_filter_set_prefix(ObjectFilterHandle filter, byte* prefix, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_object_filter_set_strip_prefix(ObjectFilterHandle filter, int stripPrefix, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_object_filter_free(IntPtr filter);

        // Plans of folders
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_plan_design_utf16(ClientHandle client, ManifestHandle manifest, DesignFilterHandle filter, char* folder, out PlanHandle plan, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_plan_objects_utf16(ClientHandle client, byte* bucketKey, ObjectFilterHandle filter, char* folder, CancelTokenHandle cancel, out PlanHandle plan, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_plan_start(ClientHandle client, PlanHandle plan, out JobHandle job, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_plan_folder(PlanHandle plan);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_plan_listing(PlanHandle plan);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern UIntPtr apsfetch_plan_count(PlanHandle plan);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_plan_file_id(PlanHandle plan, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_plan_file_relative_path(PlanHandle plan, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern long apsfetch_plan_file_size(PlanHandle plan, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_plan_file_status(PlanHandle plan, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_plan_file_reason(PlanHandle plan, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_plan_file_error(PlanHandle plan, UIntPtr index, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern long apsfetch_plan_file_job_index(PlanHandle plan, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_plan_free(IntPtr plan);

        // Outcomes of folders
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_plan_record(PlanHandle plan, JobHandle job, out OutcomeHandle outcome, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_outcome_folder(OutcomeHandle outcome);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_outcome_listing(OutcomeHandle outcome);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern UIntPtr apsfetch_outcome_count(OutcomeHandle outcome);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_outcome_file_id(OutcomeHandle outcome, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_outcome_file_path(OutcomeHandle outcome, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_outcome_file_status(OutcomeHandle outcome, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern ulong apsfetch_outcome_file_bytes(OutcomeHandle outcome, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_outcome_file_etag(OutcomeHandle outcome, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_outcome_file_sha1(OutcomeHandle outcome, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern byte* apsfetch_outcome_file_reason(OutcomeHandle outcome, UIntPtr index);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_outcome_file_error(OutcomeHandle outcome, UIntPtr index, out ErrorHandle error);
        [DllImport(Library, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)] internal static extern int apsfetch_outcome_free(IntPtr outcome);
    }
}
