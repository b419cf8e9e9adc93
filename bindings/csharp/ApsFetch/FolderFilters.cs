using System.Collections.Generic;
using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>Which derivatives of a design to download. What stands in one list are alternatives, in whatever case;
    /// of each list that is not empty, one must be met.</summary>
    public sealed class DesignFilter
    {
        /// <summary>Roles, such as "graphics", "thumbnail" or "obj".</summary>
        public IList<string> Roles { get; } = new List<string>();

        /// <summary>Media types, such as "image/png".</summary>
        public IList<string> Mimes { get; } = new List<string>();

        /// <summary>Types of output, such as "obj", "svf" or "thumbnail".</summary>
        public IList<string> OutputTypes { get; } = new List<string>();

        internal unsafe DesignFilterHandle ToHandle()
        {
            Call.Check(Native.apsfetch_design_filter_new(out var filter, out var error), error);
            try
            {
                Add(Native.apsfetch_design_filter_add_role, filter, Roles, nameof(Roles));
                Add(Native.apsfetch_design_filter_add_mime, filter, Mimes, nameof(Mimes));
                Add(Native.apsfetch_design_filter_add_output_type, filter, OutputTypes, nameof(OutputTypes));
                return filter;
            }
            catch
            {
                filter.Dispose();
                throw;
            }
        }

        private static void Add(
            TextSetter<DesignFilterHandle> setter, DesignFilterHandle filter, IEnumerable<string> values, string name)
        {
            foreach (var value in values)
            {
                // One that is left out would let more through than was meant.
                Text.NoZero(value, name);
                Call.Set(setter, filter, value, name);
            }
        }
    }

    /// <summary>Which objects of a bucket to download, and under which names.</summary>
    public sealed class ObjectFilter
    {
        /// <summary>Only objects whose key begins with this.</summary>
        public string Prefix { get; set; }

        /// <summary>Leaves the folders of the prefix out: with "models/2026/ho", "models/2026/house.rvt" goes to
        /// "house.rvt". Otherwise the whole key is the path.</summary>
        public bool StripPrefix { get; set; }

        internal unsafe ObjectFilterHandle ToHandle()
        {
            Call.Check(Native.apsfetch_object_filter_new(out var filter, out var error), error);
            try
            {
                Call.Set(Native.apsfetch_object_filter_set_prefix, filter, Prefix, nameof(Prefix));
                Call.Set(Native.apsfetch_object_filter_set_strip_prefix, filter, StripPrefix);
                return filter;
            }
            catch
            {
                filter.Dispose();
                throw;
            }
        }
    }
}
